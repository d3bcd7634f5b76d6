"""The application of accounts and of what is proposed for them."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cases.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cases.accounts.gates import connect

        connect()
