from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "jobbridge.apps.registry"
    label = "registry"
    verbose_name = "实名制台账"

    def ready(self) -> None:
        from jobbridge.apps.registry.imports import register_handlers

        register_handlers()
