from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "jobbridge.apps.files"
    label = "files"
    verbose_name = "文件"
