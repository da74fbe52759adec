from django.apps import AppConfig


class LinkageConfig(AppConfig):
    name = "jobbridge.apps.linkage"
    label = "linkage"
    verbose_name = "数据比对"

    def ready(self) -> None:
        from jobbridge.apps.linkage.imports import register_handlers

        register_handlers()
