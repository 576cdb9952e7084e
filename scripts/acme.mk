# Certificates by make: a Makefile of four lines gets one for each name, and keeps it fresh.
#
#   NAMES = example.org www.example.net
#   WEBROOT = /var/www/html
#   RELOAD = systemctl reload nginx
#   include /usr/local/share/acme-tools/acme.mk
#
# Agree to the terms of the CA once: make ACME_AGREE_TOS=yes. From then on cron has to say make -k renew, and no more.
# A NAME gets NAME.names, NAME.key, NAME.csr, NAME.order and NAME.pem, the chain; _ stands for * in them, and - for a
# colon. acme-pipeline(7) tells more. What else may be set, before the include:
#
#   NAME_NAMES        the names in the certificate NAME, where they are more, or others
#   ACME_CHALLENGE    options of acme-challenge: --webroot $(WEBROOT). --type http-01 alone where the web server
#                     answers by itself, as in acme-key(1), and nothing is to be published
#   ACME_CSR          options of acme-csr, such as --must-staple
#   ACME_KEY          options of acme-key for a site's key, such as --type rsa2048
#   ACME_REGISTER     options of acme-register, such as --eab-kid
#   ACME_CONTACT      where the CA can reach a person, such as mailto:me@example.org
#   ACME_DIRECTORY    the CA. Another one here, and it makes every certificate anew
#   ACME_CA_BUNDLE    the roots to trust when talking to it
#   ACME_ACCOUNT      the account document: account.json
#   ACME_ACCOUNT_KEY  its key: account.key
#   ACME_RENEW_DAYS   the age at which a certificate is due: 30
#   ACME_DUE          a command that prints the files that are due, for when more than their age is to decide. If it
#                     fails, so does make

# An older one doesn't know $(file <…), nor how a command in $(shell …) ended.
$(if $(filter 3.% 4.0 4.0.% 4.1 4.1.%,$(MAKE_VERSION)),$(error acme.mk: GNU make 4.2 or later is needed))

ACME_CHALLENGE ?= --webroot '$(WEBROOT)'
ACME_ACCOUNT ?= account.json
ACME_ACCOUNT_KEY ?= account.key
ACME_RENEW_DAYS ?= 30
export ACME_ACCOUNT ACME_ACCOUNT_KEY ACME_CA_BUNDLE

acme.file = $(subst :,-,$(subst *,_,$1))
acme.sites := $(sort $(call acme.file,$(NAMES)))
acme.lists := $(acme.sites:=.names)
acme.keys := $(acme.sites:=.key)
acme.requests := $(acme.sites:=.csr)
acme.orders := $(acme.sites:=.order)
acme.chains := $(acme.sites:=.pem)
$(foreach name,$(NAMES),$(eval acme.names.$(call acme.file,$(name)) := \
	$(sort $(or $($(call acme.file,$(name))_NAMES),$(name)))))

# The CA that is in use comes before one in the environment, and after one in the Makefile.
acme.said := $(if $(filter undefined environment,$(origin ACME_DIRECTORY)),,$(ACME_DIRECTORY))
acme.ca := $(or $(acme.said),$(file <account.ca),$(ACME_DIRECTORY),letsencrypt)

# A check that fails hasn't said that nothing is due.
acme.unless-done = $(if $(filter-out 0,$(.SHELLSTATUS)),$(error acme.mk: what is due can't be told: $1))
acme.said-due = $(patsubst ./%,%,$(patsubst $(CURDIR)/%,%,$(shell $1)))$(call \
	acme.unless-done,ACME_DUE ($1) failed with status $(.SHELLSTATUS))

# Files of that age or older. find is asked in terms of POSIX, and in pieces, as a command line has an end.
acme.days := $(strip $(ACME_RENEW_DAYS))
acme.no-digits = $(subst 0,,$(subst 1,,$(subst 2,,$(subst 3,,$(subst 4,,$(subst \
	5,,$(subst 6,,$(subst 7,,$(subst 8,,$(subst 9,,$1))))))))))
$(if $(filter-out 1,$(words $(acme.days)))$(call acme.no-digits,$(acme.days)), \
	$(error acme.mk: ACME_RENEW_DAYS has to be a number of days, not '$(ACME_RENEW_DAYS)'))
acme.dated := $(wildcard $(acme.chains) $(acme.orders))
acme.old = $(if $(subst 0,,$(acme.days)),$(call acme.found,$(acme.dated)),$(acme.dated))
acme.found = $(if $1,$(call acme.checked,$(wordlist 1,500,$1),$(shell \
	find -L $(patsubst %,'./%',$(wordlist 1,500,$1)) -prune -mtime +$$(expr $(acme.days) - 1) 2>&1)) \
	$(call acme.found,$(wordlist 501,$(words $1),$1)))
# Whatever else find prints is a complaint.
acme.checked = $(call acme.complained,$(filter-out $(1:%=./%),$2))$(call \
	acme.unless-done,find failed with status $(.SHELLSTATUS))$(2:./%=%)
acme.complained = $(if $1,$(error acme.mk: what is due can't be told: $(wordlist 1,40,$1)))

# What make can't see from times: files that say something else than the Makefile, and certificates that are due.
acme.differ = $(filter-out $1,$2)$(filter-out $2,$1)
acme.mended := $(if $(call acme.differ,$(acme.ca),$(file <account.ca)),account.ca) \
	$(foreach site,$(acme.sites),$(if \
	$(call acme.differ,$(acme.names.$(site)),$(file <$(site).names)),$(site).names))
acme.due := $(addsuffix .order,$(basename $(filter $(acme.chains) $(acme.orders), \
	$(if $(strip $(ACME_DUE)),$(call acme.said-due,$(ACME_DUE)),$(acme.old)))))

# Chains that are there, and the mark of the last reload, by names that no rule makes anew: see the end.
acme.there := $(wildcard $(acme.chains:%=$(CURDIR)/%))
$(if $(word 2,$(CURDIR)),$(error acme.mk: make knows no folder with a blank in its name: $(CURDIR)))
acme.mark := $(if $(and $(RELOAD),$(acme.there)),$(CURDIR)/reloaded)

.PHONY: renew reload acme.always
.DELETE_ON_ERROR:
# The tools write a file whole or not at all, so a make that is stopped has none to take away. A chain may be in use.
.PRECIOUS: $(ACME_ACCOUNT_KEY) $(ACME_ACCOUNT) $(acme.keys) $(acme.requests) $(acme.orders) $(acme.chains)
# An order that isn't there any more is no reason for a new certificate. (With no files after it, it means every file.)
$(if $(acme.orders),.SECONDARY): $(acme.orders)

renew: $(acme.mark) $(acme.chains) $(if $(and $(RELOAD),$(acme.chains)),reloaded)

$(acme.chains): %.pem: %.order
	acme-chain --csr $*.csr -o $@ <$<

# A type that neither a hook nor a person is to publish is one that a server answers by itself.
acme.prove = $(if $(and $(filter --type --type=%,$(ACME_CHALLENGE)), \
	$(if $(filter --hook --hook=% --manual,$(ACME_CHALLENGE)),,alone)), \
	acme-challenge order $(ACME_CHALLENGE) <$< | acme-challenge respond | acme-challenge wait, \
	acme-challenge $(ACME_CHALLENGE) <$<)

# Written only when the CA has made the certificate: an order that came to nothing would stand in the way of the next.
$(acme.orders): %.order: %.csr account.ca | $(ACME_ACCOUNT)
	$(acme.prove) | acme-finalize --csr $< -o $@

$(acme.requests): %.csr: %.key %.names
	acme-csr -k $< --names-from $*.names -o $@ $(ACME_CSR)

$(acme.keys):
	acme-key -o $@ $(ACME_KEY)

$(acme.lists): %.names:
	printf '%s\n' $(foreach name,$(acme.names.$*),'$(name)') >$@

# 78: a person must act.
acme.or-agree = || { status=$$?; [ $$status != 78 ] || \
	echo 'acme.mk: hint: to agree to the terms of the CA: make ACME_AGREE_TOS=yes' >&2; exit $$status; }
$(ACME_ACCOUNT): $(ACME_ACCOUNT_KEY) account.ca
	acme-register -k $< --directory '$(acme.ca)' -o $@ \
	  $(if $(filter yes,$(ACME_AGREE_TOS)),--agree-tos) $(addprefix --contact ,$(ACME_CONTACT)) $(ACME_REGISTER) \
	  $(if $(filter yes,$(ACME_AGREE_TOS)),,$(acme.or-agree))

$(ACME_ACCOUNT_KEY):
	acme-key -o $@

account.ca:
	printf '%s\n' '$(acme.ca)' >$@

$(acme.mended) $(acme.due): acme.always

# A server has one port: who answers on it answers for one certificate after another.
ifneq ($(findstring --standalone,$(ACME_CHALLENGE))$(findstring --alpn,$(ACME_CHALLENGE)),)
.NOTPARALLEL:
endif

# The web server reloads once, after all chains. Where one of them fails, that moment doesn't come: the next run reloads
# for the others, before anything else.
reload: $(acme.mark)
reloaded: $(acme.chains) | $(acme.mark)
$(acme.mark): $(acme.there)
reloaded $(acme.mark):
	touch $@
	$(RELOAD)
