"""Addresses of the desk pages."""

app_name = "desk"
urlpatterns = []
