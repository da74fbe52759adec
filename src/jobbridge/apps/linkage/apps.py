from django.apps import AppConfig


class LinkageConfig(AppConfig):
    name = "jobbridge.apps.linkage"
    label = "linkage"
    verbose_name = "数据比对"
