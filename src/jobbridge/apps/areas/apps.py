from django.apps import AppConfig


class AreasConfig(AppConfig):
    name = "jobbridge.apps.areas"
    label = "areas"
    verbose_name = "区划"
