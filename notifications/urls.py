"""The addresses of the message centre and of the administrator's pages about messages."""

from django.urls import path

from notifications import admin_pages, dry_run_pages, pages

urlpatterns = [
    path("messages/", pages.message_list, name="messages"),
    path("messages/read/", pages.messages_read, name="messages_read"),
    path("messages/settings/", pages.message_settings, name="message_settings"),
    path("messages/<int:pk>/", pages.message, name="message"),
    path("messages/<int:pk>/open/", pages.message_open, name="message_open"),
    path("alarms/dry-run/", dry_run_pages.dry_run, name="dry_run"),
    path("outgoing/", admin_pages.outgoing_list, name="outgoing"),
    path("outgoing/again/", admin_pages.outgoing_again, name="outgoing_again"),
    path("webhook/", admin_pages.webhook, name="webhook"),
    path("webhook/rotate/", admin_pages.webhook_rotate, name="webhook_rotate"),
    path("webhook/off/", admin_pages.webhook_off, name="webhook_off"),
    path("message-templates/", admin_pages.message_templates, name="message_templates"),
]
