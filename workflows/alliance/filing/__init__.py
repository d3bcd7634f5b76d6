"""What does an alliance file with the commission (备案), and which version is in force?"""
