"""CertHub: an electronic certificate trust and exchange hub."""

__version__ = "0.1.0"
