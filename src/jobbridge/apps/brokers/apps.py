from django.apps import AppConfig


class BrokersConfig(AppConfig):
    name = "jobbridge.apps.brokers"
    label = "brokers"
    verbose_name = "劳务经纪人"
