"""Django's formats by language, where ours differ: one folder a language, read by FORMAT_MODULE_PATH."""
