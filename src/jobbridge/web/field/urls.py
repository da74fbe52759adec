"""Addresses of the field pages."""

app_name = "field"
urlpatterns = []
