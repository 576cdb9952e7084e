# /etc/acme-tools/Makefile, for acme-renew.service. It runs in /var/lib/acme-tools, where example.org.pem and
# example.org.key are then. Its recipes may write to that folder and to /run/acme-tools, and nowhere else.
NAMES = example.org www.example.net
WEBROOT = /run/acme-tools
# The service reloads the servers that its SERVERS names: it has the rights, and we don't.
RELOAD = touch reload.wanted
# Whoever sets this has read the terms of the CA and agrees to them.
ACME_AGREE_TOS = yes
include /usr/local/share/acme-tools/acme.mk
