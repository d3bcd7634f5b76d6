"""What has an alliance done, when, where and by whom (活动登记)?"""
