from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "jobbridge.apps.imports"
    label = "imports"
    verbose_name = "导入"
