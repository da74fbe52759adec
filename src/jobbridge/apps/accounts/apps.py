from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "jobbridge.apps.accounts"
    label = "accounts"
    verbose_name = "用户与权限"

    def ready(self) -> None:
        from jobbridge.apps.accounts import database_role  # noqa: F401  registers its check
