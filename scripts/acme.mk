# Certificates by make: a Makefile of four lines gets one for each name, and keeps it fresh.
#
#   NAMES = example.org www.example.net
#   WEBROOT = /var/www/html
#   RELOAD = systemctl reload nginx
#   include /usr/local/share/acme-tools/acme.mk
#
# make check looks whether the CA could prove the names. make try gets certificates of its service for trials, beside all
# that is in use. Agree to the terms of the CA once: make ACME_AGREE_TOS=yes. From then on cron has to say
# make -k renew, some times a day, and no more: acme-renewal(1) says what is due. make list shows it.
# A NAME gets NAME.names, NAME.key, NAME.csr, NAME.order and NAME.pem, the chain; _ stands for * in them, - for a colon,
# and 0- for a colon at the beginning. acme-pipeline(7) tells more. What else may be set, before the include:
#
#   NAME_NAMES          the names in the certificate NAME, where they are more, or others
#   ACME_CHALLENGE      options of acme-challenge: --webroot $(WEBROOT). --type http-01 alone where the web server
#                       answers by itself, as in acme-key(1), and nothing is to be published
#   ACME_CSR            options of acme-csr, such as --must-staple
#   ACME_KEY            options of acme-key for a site's key, such as --type rsa2048
#   ACME_NEW_KEYS       yes: a new key with each renewal
#   ACME_REGISTER       options of acme-register, such as --eab-kid
#   ACME_CONTACT        where the CA can reach a person, such as mailto:me@example.org
#   ACME_DIRECTORY      the CA. Another one in the Makefile, and it makes every certificate anew
#   ACME_TRY_DIRECTORY  the CA of make try, which is known for Let's Encrypt and Google
#   ACME_CA_BUNDLE      the roots to trust when talking to it
#   ACME_ACCOUNT        the account document: account.json
#   ACME_ACCOUNT_KEY    its key: account.key
#   ACME_SIGNER         a command that signs for the account, where the key is elsewhere; ACME_REGISTER then needs
#                       --public-key FILE
#   ACME_RENEWAL        options of acme-renewal, such as --offline
#   ACME_RENEW_DAYS     the age at which a certificate is due, where neither its CA nor its lifetime is to decide
#   ACME_DUE            a command that prints the files that are due, in place of all that. If it fails, so does make

# An older one doesn't know $(file <…), nor how a command in $(shell …) ended.
$(if $(filter 3.% 4.0 4.0.% 4.1 4.1.%,$(MAKE_VERSION)),$(error acme.mk: GNU make 4.2 or later is needed))

# An empty variable is none, as to the tools.
ifndef ACME_CHALLENGE
ACME_CHALLENGE = --webroot '$(WEBROOT)'
endif
ifndef ACME_ACCOUNT
ACME_ACCOUNT = account.json
endif
ifndef ACME_ACCOUNT_KEY
ACME_ACCOUNT_KEY = account.key
endif
export ACME_ACCOUNT ACME_ACCOUNT_KEY ACME_CA_BUNDLE

# Typing errors that would be taken for something else.
acme.comma := ,
acme.misnamed := $(if $(filter-out undefined environment,$(origin NAME)), (NAME is another variable))
$(if $(filter undefined,$(origin NAMES)),$(error acme.mk: NAMES has to be set before the include$(acme.misnamed)))
acme.blanks-only = $(if $(findstring $(acme.comma),$($1)),$(error \
	acme.mk: names have blanks between them, not commas: $1 = $($1)))
$(call acme.blanks-only,NAMES)
$(if $(filter-out yes no,$(ACME_NEW_KEYS)),$(error acme.mk: ACME_NEW_KEYS has to be yes or no, not '$(ACME_NEW_KEYS)'))

# The file of ::1 is 0--1.pem: a tool takes what begins with - for an option.
acme.file = $(subst :,-,$(subst *,_,$(patsubst :%,0:%,$1)))
$(if $(filter -%,$(NAMES)),$(error acme.mk: a name can't begin with -: NAMES = $(NAMES)))
acme.sites := $(sort $(call acme.file,$(NAMES)))
acme.lists := $(acme.sites:=.names)
acme.keys := $(acme.sites:=.key)
acme.requests := $(acme.sites:=.csr)
acme.orders := $(acme.sites:=.order)
acme.chains := $(acme.sites:=.pem)
$(foreach name,$(NAMES),$(call acme.blanks-only,$(call acme.file,$(name))_NAMES)$(eval \
	acme.names.$(call acme.file,$(name)) := $(sort $(or $($(call acme.file,$(name))_NAMES),$(name)))))
acme.present := $(wildcard $(acme.chains))

# `make try` and `make check` go through targets of the same names as a renewal, for what is set for one of these alone.
# A try has a folder for its files.
acme.mode := $(filter try check,$(MAKECMDGOALS))
$(if $(and $(acme.mode),$(word 2,$(MAKECMDGOALS))),$(error acme.mk: make $(firstword $(acme.mode)) goes alone))
acme.try := $(filter try,$(acme.mode))
acme.in := $(if $(acme.try),try/)

# The CA that the Makefile names; else the one in use; else, at the beginning, the one in the environment. Another one
# that the command line names is for that run, and so is one for trials in the environment.
acme.differ = $(filter-out $1,$2)$(filter-out $2,$1)
acme.letsencrypt := letsencrypt https://acme-v02.api.letsencrypt.org/directory
acme.google := google https://dv.acme-v02.api.pki.goog/directory
acme.for-trials := letsencrypt-staging https://acme-staging-v02.api.letsencrypt.org/directory \
	google-staging https://dv.acme-v02.test-api.pki.goog/directory
acme.origin := $(subst command line,run,$(subst environment override,run,$(origin ACME_DIRECTORY)))
acme.last-ca := $(file <account.ca)
acme.account-ca := $(or $(if $(filter file override,$(acme.origin)),$(ACME_DIRECTORY)),$(acme.last-ca),$(if \
	$(filter environment,$(acme.origin)),$(filter-out $(acme.for-trials),$(ACME_DIRECTORY))),letsencrypt)
acme.run-ca := $(if $(filter run $(if $(acme.last-ca),,environment),$(acme.origin)),$(filter-out \
	$(acme.account-ca),$(ACME_DIRECTORY)))
$(if $(acme.mode),,$(if $(and $(filter $(acme.for-trials),$(acme.run-ca)),$(acme.present)),$(error \
	acme.mk: what $(acme.run-ca) signs is trusted by nobody, and would take the place of what is in use: see make try)))
acme.try-ca = $(or $(ACME_TRY_DIRECTORY),$(if $(filter $(acme.letsencrypt),$1),letsencrypt-staging),$(if $(filter \
	$(acme.google),$1),google-staging),$(filter $(acme.for-trials),$1),$(error \
	acme.mk: ACME_TRY_DIRECTORY has to name the CA to try with, as none is known for $1))
acme.ca := $(or $(acme.run-ca),$(acme.account-ca))

# The account of the folder, and where its CA is noted down. A try and a run with another CA have their own.
acme.note := account.ca
ifdef acme.try
acme.ca := $(call acme.try-ca,$(acme.ca))
acme.note := try/account.ca
override ACME_ACCOUNT := try/account.json
override ACME_ACCOUNT_KEY := try/account.key
else ifdef acme.run-ca
acme.note :=
override ACME_ACCOUNT := $(basename $(ACME_ACCOUNT:.run.json=.json)).run.json
endif

$(if $(filter $(ACME_ACCOUNT_KEY),$(acme.sites:%=$(acme.in)%.key)),$(error \
	acme.mk: $(ACME_ACCOUNT_KEY) is the account's key, so NAMES can't have $(basename $(notdir $(ACME_ACCOUNT_KEY)))))

# Where a command signs for the account, its key isn't here; but a try has a key of its own.
acme.signer := $(if $(acme.try),,$(ACME_SIGNER))
ifdef acme.signer
export ACME_SIGNER
unexport ACME_ACCOUNT_KEY
else
unexport ACME_SIGNER
endif

# The web server is to learn of the chains that were made, also where others weren't; and nothing that depends on one
# that failed is run any more. So a renewal with a reload is two makes, one after the other.
acme.flags := $(filter-out --%,$(firstword -$(MAKEFLAGS)))
acme.dry := $(findstring n,$(acme.flags))$(findstring q,$(acme.flags))$(findstring t,$(acme.flags))
acme.goals := $(or $(MAKECMDGOALS),$(.DEFAULT_GOAL),renew)
acme.leads := $(if $(acme.part)$(acme.dry)$(filter-out renew,$(acme.goals)),,$(and $(RELOAD),$(acme.chains)))
acme.makefile := $(firstword $(filter-out $(MAKEFILES),$(MAKEFILE_LIST)))
# Their messages read as if there were one.
acme.make = MAKELEVEL=0 $(MAKE) --no-print-directory -f '$(acme.makefile)' acme.part=yes

# A check that fails hasn't said that nothing is due.
acme.cannot-tell = $(error acme.mk: what is due can't be told: $1)
acme.unless-done = $(if $(filter-out 0,$(.SHELLSTATUS)),$(call acme.cannot-tell,$1))
acme.said-due = $(patsubst ./%,%,$(patsubst $(CURDIR)/%,%,$(shell $1)))$(call \
	acme.unless-done,ACME_DUE ($1) failed with status $(.SHELLSTATUS))

# Files of that age or older. find is asked in terms of POSIX, and in pieces, as a command line has an end.
acme.days := $(strip $(ACME_RENEW_DAYS))
acme.no-digits = $(subst 0,,$(subst 1,,$(subst 2,,$(subst 3,,$(subst 4,,$(subst \
	5,,$(subst 6,,$(subst 7,,$(subst 8,,$(subst 9,,$1))))))))))
# An empty one in the environment is none, as to the tools.
acme.by-days := $(filter-out undefined $(if $(ACME_RENEW_DAYS),,environment),$(firstword $(origin ACME_RENEW_DAYS)))
$(if $(and $(acme.by-days),$(filter-out 1,$(words $(acme.days)))$(call acme.no-digits,$(acme.days))), \
	$(error acme.mk: ACME_RENEW_DAYS has to be a number of days, not '$(ACME_RENEW_DAYS)'))
acme.old = $(if $(subst 0,,$(acme.days)),$(call acme.found,$1),$1)
acme.found = $(if $1,$(call acme.checked,$(wordlist 1,500,$1),$(shell \
	find -L $(patsubst %,'./%',$(wordlist 1,500,$1)) -prune -mtime +$$(expr $(acme.days) - 1) 2>&1)) \
	$(call acme.found,$(wordlist 501,$(words $1),$1)))
# Whatever else find prints is a complaint.
acme.checked = $(call acme.complained,$(filter-out $(1:%=./%),$2))$(call \
	acme.unless-done,find failed with status $(.SHELLSTATUS))$(2:./%=%)
acme.complained = $(if $1,$(call acme.cannot-tell,$(wordlist 1,40,$1)))

# acme-renewal's word for each chain, true:REASON:FILE or false:REASON:FILE. Make runs so plain a command itself, and
# then it may be longer than what a shell takes: there is one process, and one connection, for thousands of chains.
acme.renewal = $(if $(acme.try),,--directory '$(acme.ca)') $(if $(ACME_CA_BUNDLE),--ca-bundle '$(ACME_CA_BUNDLE)') \
	$(ACME_RENEWAL)
acme.ask = sh -c 'said=$$(acme-renewal "$$@"); status=$$?; printf "%s\n" "$$said" | \
	sed -n "s/$(acme.document)/\2:\5:\3/p" || exit 70; \
	exit $$status' sh $(if $(acme.decided),--offline,$(acme.renewal))
acme.document := ^{\("[a-zA-Z]*":"[^"]*",\)*"due":\([a-z]*\),.*"file":"\([^"]*\)",\(.*"reason":"\([a-z-]*\)"\)*.*
acme.document := $(subst ",\",$(acme.document))
acme.said = $(if $1,$(call acme.heard,$(wordlist 1,4000,$1),$(shell \
	$(acme.ask) $(wordlist 1,4000,$1)),$(.SHELLSTATUS)) \
	$(call acme.said,$(wordlist 4001,$(words $1),$1)))
# 65 and 66: files that are no chains, which it has named, and no word for these.
acme.heard = $(if $(filter-out 0 1 65 66,$3),$(call acme.cannot-tell,acme-renewal failed with status $3))$(if \
	$(filter 0 1,$3),$(call acme.unheard,$(filter-out $(call acme.spoken-of,$2),$1)))$2
acme.spoken-of = $(filter %.pem,$(subst :, ,$1))
acme.unheard = $(if $1,$(call acme.cannot-tell,acme-renewal says nothing of $(wordlist 1,40,$1)))

# Where something else decides, that is about chains which are there and valid.
acme.decided := $(strip $(ACME_DUE))$(acme.by-days)
acme.of-no-use := true:expired:% true:missing:%

# Sites whose order has come to a certificate within a day, and not yet to a chain.
acme.begun = $(if $1,$(shell sh -c 'for site do \
	[ -e "$$site.pem" ] && ! [ "$$site.order" -nt "$$site.pem" ] || \
	find -L "./$$site.order" -prune -mtime -1; done' sh $(wordlist 1,4000,$1)) \
	$(call acme.begun,$(wordlist 4001,$(words $1),$1)))

# What is due need not be known for everything that can be asked for. What another CA has signed is due in any case.
acme.indifferent := reload list try check $(ACME_ACCOUNT) $(ACME_ACCOUNT_KEY) \
	$(acme.lists) $(acme.keys) $(acme.requests)
ifeq ($(acme.leads)$(acme.run-ca),)
ifneq ($(filter-out $(acme.indifferent),$(acme.goals)),)
# The user's SHELL may be one that make doesn't run such a command without.
acme.shell := $(SHELL)
acme.shell-flags := $(.SHELLFLAGS)
SHELL := /bin/sh
.SHELLFLAGS := -c
acme.ordered := $(wildcard $(acme.orders))
acme.words := $(call acme.said,$(acme.present))
acme.broken := $(filter-out $(call acme.spoken-of,$(acme.words)),$(acme.present))
acme.due := $(call acme.spoken-of,$(filter $(if $(acme.decided),$(acme.of-no-use),true:%),$(acme.words))) \
	$(if $(strip $(ACME_DUE)),,$(if $(acme.by-days),$(call acme.old,$(acme.present) $(acme.ordered))))
SHELL := $(acme.shell)
.SHELLFLAGS := $(acme.shell-flags)
acme.due += $(if $(strip $(ACME_DUE)),$(call acme.said-due,$(ACME_DUE))) $(filter-out $(acme.present),$(acme.chains))
acme.due := $(filter-out $(basename $(acme.broken)),$(basename $(filter $(acme.chains) $(acme.orders),$(acme.due))))
acme.due := $(filter-out $(patsubst ./%.order,%,$(call acme.begun,$(filter \
	$(acme.due),$(basename $(acme.ordered))))),$(acme.due))
endif
endif

# What make can't see from times: files that say something else than the Makefile, and certificates that are due.
acme.mended := $(if $(acme.note),$(if $(call acme.differ,$(acme.ca),$(file <$(acme.note))),$(acme.note))) \
	$(if $(acme.mode),,$(foreach site,$(acme.sites),$(if \
	$(call acme.differ,$(acme.names.$(site)),$(file <$(site).names)),$(site).names)))
acme.forced := $(acme.mended) $(acme.due:=.order) $(if $(acme.run-ca),$(acme.orders) $(ACME_ACCOUNT))

# A new key comes with a new request.
acme.new-keys := $(if $(acme.try),,$(filter yes,$(ACME_NEW_KEYS)))
acme.renewed := $(if $(acme.mode),,$(if $(acme.new-keys),$(if $(filter \
	$(acme.note),$(acme.mended)),$(acme.sites),$(sort \
	$(acme.due) $(patsubst %.names,%,$(filter %.names,$(acme.mended)))))))
acme.forced += $(acme.renewed:=.key) $(acme.renewed:=.csr)

# Said once, and not to those who only ask.
acme.stale := $(strip $(foreach chain,$(filter-out $(acme.chains), \
	$(wildcard $(patsubst %.names,%.pem,$(wildcard *.names)))), \
	$(if $(findstring BEGIN CERTIFICATE,$(file <$(chain))),$(chain))))
acme.useless := $(strip $(foreach name,$(filter-out $(acme.sites),$(patsubst %_NAMES,%,$(filter \
	%_NAMES,$(.VARIABLES)))),$(if $(findstring .,$(name)),$(name)_NAMES)))
ifeq ($(acme.part)$(acme.dry),)
$(if $(acme.stale),$(warning acme.mk: warning: not renewed any more, as NAMES doesn't have it: $(acme.stale)))
$(if $(acme.mode),,$(if $(and $(acme.run-ca),$(acme.present)),$(warning \
	acme.mk: warning: all is made by $(acme.run-ca) in this run, and by $(acme.account-ca) in the next: to stay, \
	set ACME_DIRECTORY in the Makefile)))
$(if $(acme.useless),$(warning acme.mk: warning: of no use, as NAMES doesn't have the name: $(acme.useless)))
endif

# Chains that are there, and the mark of the last reload, by names that no rule makes anew: see the end.
acme.there := $(wildcard $(acme.chains:%=$(CURDIR)/%))
$(if $(word 2,$(CURDIR)),$(error acme.mk: make knows no folder with a blank in its name: $(CURDIR)))
acme.mark := $(if $(and $(RELOAD),$(acme.there)),$(CURDIR)/reloaded)
# Signs that mean something to make, which then takes the files there for others, or for none.
acme.signs := $(strip $(foreach sign,: ; | % * ? [ \,$(findstring $(sign),$(CURDIR))))
$(if $(and $(RELOAD),$(acme.signs)),$(error \
	acme.mk: make can't reload in a folder with a $(firstword $(acme.signs)) in its name: $(CURDIR)))

.PHONY: renew reload list try check acme.made acme.always
.DELETE_ON_ERROR:
# The tools write a file whole or not at all, so a make that is stopped has none to take away. A chain may be in use.
.PRECIOUS: $(ACME_ACCOUNT_KEY) $(ACME_ACCOUNT) $(acme.keys) $(acme.requests) $(acme.orders) $(acme.chains)
# An order that isn't there any more is no reason for a new certificate. (With no files after it, it means every file.)
$(if $(acme.orders),.SECONDARY): $(acme.orders)

ifdef acme.leads
renew:
	+@$(acme.make) acme.made; status=$$?; $(acme.make) reload && exit $$status
else
renew: $(acme.mark) $(acme.chains) $(if $(and $(RELOAD),$(acme.chains)),reloaded)
endif
acme.made: $(acme.chains)
	@:

list:
	$(if $(acme.chains),@acme-renewal list $(acme.renewal) $(acme.chains))

# All that a try makes is made anew, and out of the way.
ifdef acme.mode
.PHONY: $(acme.orders)
endif
ifdef acme.try
.PHONY: $(acme.lists) $(acme.keys) $(acme.requests) $(acme.chains)
$(acme.lists) $(acme.keys) $(ACME_ACCOUNT_KEY) $(acme.note): | try.folder
.PHONY: try.folder
try.folder:
	mkdir -p try
try: $(acme.chains)
else ifdef acme.mode
# What is wrong with one name says nothing of the next.
MAKEFLAGS += -k
check: $(acme.orders)
else
try check:
	@echo 'acme.mk: make $@ goes alone' >&2; exit 64
endif

# Whether a file that isn't a chain is due can't be told. The others are renewed all the same.
ifdef acme.broken
$(acme.broken): acme.always
	+@echo "acme.mk: it can't be told whether $@ is due; without it, it is made anew" >&2; exit 65
endif

# With new keys, NAME.live leads to the folder of the pair that is in use, one of NAME.1 and NAME.2, and NAME.key and
# NAME.pem lead there, through it. The other holds the pair before, until NAME.next leads to it, where the next is made.
# Then that link is renamed to NAME.live, and key and chain are others at once. Wherever it is cut off, the pair in use
# is whole, and what is missing is done by the next run. So nothing is written into the folder in use but a chain for
# the key that is there, and a folder stays in use when new keys are switched off.
acme.in-folders := $(if $(acme.try),,$(or $(acme.new-keys),$(wildcard $(foreach \
	end,live next 1,$(acme.sites:=.$(end))))))
define acme.folders
set -e; site=$*; live=$$site.live; next=$$site.next; \
leads() { [ "$$(readlink $$1)" = $$live/$$2 ]; }; \
lead() { leads $$1 $$2 || { rm -f $$1.new; ln -s $$live/$$2 $$1.new; mv -f $$1.new $$1; }; }; \
empty() { \
	folder=$$site.1; ! [ $$folder -ef $$live ] || folder=$$site.2; \
	rm -f $$next; mkdir -p $$folder; rm -f $$folder/*; \
}; \
begun() { sync; ln -s $$folder $$next; }; \
use() { \
	said=$$(mv -fT $$next $$live 2>&1) || mv -fh $$next $$live 2>/dev/null || { echo "$$said" >&2; exit 73; }; \
	lead $$site.pem chain.pem; lead $$site.key key.pem; \
}
endef
# A renewal moves the pair of before into a folder, unless it is in one, and makes a key, for the readers of the last.
# A key that isn't the one in use, or is newer than the chain, has yet to get one, and there is no pair to move.
define acme.begin
$(acme.folders); \
$(if $(acme.new-keys),,[ ! -e $$site.key ] || { $(acme.make-key); exit; };) \
if [ -d $$live ] && [ ! -h $$live ]; then \
	echo "acme.mk: $$live has to be a link to a folder: $$site.1 or $$site.2" >&2; exit 73; \
elif [ -e $$live/key.pem ] && [ -e $$live/chain.pem ]; then \
	[ ! -e $$site.key ] || cmp -s $$site.key $$live/key.pem || exit 0; lead $$site.key key.pem; \
	[ -e $$site.pem ] && ! cmp -s $$site.pem $$live/chain.pem || lead $$site.pem chain.pem; \
elif [ ! -e $$site.key ]; then \
	! leads $$site.key key.pem || rm -f $$site.key; $(acme.make-key); exit; \
elif [ ! -e $$site.pem ] || [ $$site.key -nt $$site.pem ]; then exit 0; \
else empty; cp -p $$site.key $$folder/key.pem; cp -p $$site.pem $$folder/chain.pem; begun; use; fi; \
[ ! -e $$next/key.pem ] || exit 0; \
empty; cp -p $$live/key.pem $$live/chain.pem $$folder; \
acme-key -o $$folder/key.new $(ACME_KEY); \
cat $$folder/key.new >$$folder/key.pem; rm $$folder/key.new; begun
endef
# The request is in the folder too, for NAME.csr can be of the key of before.
define acme.request-next
$(acme.folders); \
if [ -e $$next/key.pem ] && leads $< key.pem; then \
	acme-csr -k $$next/key.pem --names-from $*.names -o $$next/request.csr $(ACME_CSR); \
	cp $$next/request.csr $@.new; mv -f $@.new $@; \
else acme-csr -k $< --names-from $*.names -o $@ $(ACME_CSR); fi
endef
# acme-chain refuses one for another key than that of the request, so in a folder it gets one of the key that is there.
# Not all know -T, and -h means the same to the others.
define acme.chain-next
$(acme.folders); \
join() { \
	acme-csr -k $$1/key.pem --names-from $*.names -o $$1/joined.csr $(ACME_CSR); \
	acme-chain --csr $$1/joined.csr -o $$1/chain.pem <$<; rm -f $$1/joined.csr; \
}; \
if leads $*.key key.pem && cmp -s $*.csr $$next/request.csr; then join $$next; use; \
elif cmp -s $*.key $$live/key.pem; then join $$live; lead $@ chain.pem; lead $*.key key.pem; \
elif [ -h $$live ] || leads $@ chain.pem; then empty; cp -p $*.key $$folder/key.pem; join $$folder; begun; use; \
else acme-chain --csr $*.csr -o $@ <$<; fi
endef

# What the CA of one run has signed looks older than it is, to be made anew by the next.
$(filter-out $(acme.broken),$(acme.chains)): %.pem: %.order
	$(if $(acme.in-folders),$(acme.chain-next),acme-chain --csr $(acme.in)$*.csr -o $(acme.in)$@ <$(acme.in)$<)
	$(if $(acme.run-ca),touch -t 197001010000 $<)

# A type that neither a hook nor a person is to publish is one that a server answers by itself.
acme.alone = $(and $(filter --type --type=%,$(ACME_CHALLENGE)), \
	$(if $(filter --hook --hook=% --manual,$(ACME_CHALLENGE)),,alone))
# The CA that has signed the last one is told that it is replaced.
acme.options = $(ACME_CHALLENGE) $(if $(acme.mode),,$(if $(and $(acme.note),$(filter $*.pem,$(acme.present))), \
	$$([ account.ca -nt $*.pem ] || echo --replaces $*.pem)))
acme.prove = $(if $(acme.alone), \
	acme-challenge order $(acme.options) <$(acme.in)$< | acme-challenge respond | acme-challenge wait, \
	acme-challenge $(acme.options) <$(acme.in)$<)

# Of the options those count that say how a name is proved.
define acme.check
set -- $(ACME_CHALLENGE) --; \
while [ "$$1" != -- ]; do \
	case $$1 in \
	--profile | --not-before | --not-after) shift ;; \
	--profile=* | --not-before=* | --not-after=*) ;; \
	*) set -- "$$@" "$$1" ;; \
	esac; \
	shift; \
done; \
shift; \
$(if $(or $(acme.mended),$(if $(wildcard $(ACME_ACCOUNT)),,none)), \
	unset ACME_ACCOUNT; set -- --directory '$(acme.ca)' "$$@";) \
acme-challenge check "$$@" <$<
endef
ifeq ($(acme.mode),check)
# There is nothing yet to look at where a server answers by itself, or has yet to be started.
$(acme.orders): %.order: %.csr
	@$(if $(or $(acme.alone),$(filter --standalone --standalone=% --alpn --alpn=%,$(ACME_CHALLENGE))), \
	  echo '$*: not checked: nothing can be put in place with $(subst ','\'',$(ACME_CHALLENGE))',$(acme.check))
else
# Written only when the CA has made the certificate: an order that came to nothing would stand in the way of the next.
$(acme.orders): %.order: %.csr $(acme.note) | $(ACME_ACCOUNT)
	$(acme.prove) | acme-finalize --csr $(acme.in)$< -o $(acme.in)$@
endif

$(acme.requests): %.csr: %.key %.names
	$(if $(acme.in-folders),$(acme.request-next),acme-csr -k $(acme.in)$< --names-from $(acme.in)$*.names \
	  -o $(acme.in)$@ $(ACME_CSR))

# Where another make has come first with a key that wasn't there, that one is as good. acme-key writes it whole.
acme.had := $(wildcard $(acme.keys) $(ACME_ACCOUNT_KEY))
acme.unless-there = $(if $(filter $@,$(acme.had)),$1,said=$$($1 2>&1) && status=0 || status=$$?; \
  if [ $$status != 0 ] && [ -e $@ ]; then exit 0; fi; [ -z "$$said" ] || printf '%s\n' "$$said" >&2; exit $$status)
acme.make-key = $(if $(acme.try),acme-key -o $(acme.in)$@ --force $(ACME_KEY),$(call \
	acme.unless-there,acme-key -o $@ $(ACME_KEY)))
$(acme.keys): %.key:
	$(if $(acme.in-folders),$(acme.begin),$(acme.make-key))

$(acme.lists): %.names:
	printf '%s\n' $(foreach name,$(acme.names.$*),'$(name)') >$(acme.in)$@.$$$$ && mv -f $(acme.in)$@.$$$$ $(acme.in)$@

acme.agree = make$(acme.mode:%= %)$(acme.run-ca:%= ACME_DIRECTORY=%) ACME_AGREE_TOS=yes
# 78: a person must act.
acme.or-agree = || { status=$$?; [ $$status != 78 ] || \
	echo 'acme.mk: hint: to agree to the terms of the CA: $(acme.agree)' >&2; exit $$status; }
$(ACME_ACCOUNT): $(if $(acme.signer),,$(ACME_ACCOUNT_KEY)) $(acme.note)
	acme-register $(if $(acme.signer),,-k $<) --directory '$(acme.ca)' -o $@ \
	  $(if $(filter yes,$(ACME_AGREE_TOS)),--agree-tos) $(addprefix --contact ,$(ACME_CONTACT)) $(ACME_REGISTER) \
	  $(if $(filter yes,$(ACME_AGREE_TOS)),,$(acme.or-agree))

$(ACME_ACCOUNT_KEY):
	$(call acme.unless-there,acme-key -o $@)

$(acme.note):
	printf '%s\n' '$(acme.ca)' >$@.$$$$ && mv -f $@.$$$$ $@

$(acme.forced): acme.always

# A server has one port: who answers on it answers for one certificate after another.
ifneq ($(findstring --standalone,$(ACME_CHALLENGE))$(findstring --alpn,$(ACME_CHALLENGE)),)
.NOTPARALLEL:
endif

# The web server reloads once, after all chains. Where one of them fails that another goal of make needs, that moment
# doesn't come: the next run reloads for the others, before anything else.
reload: $(acme.mark)
reloaded: $(acme.chains) | $(acme.mark)
$(acme.mark): $(acme.there)
reloaded $(acme.mark):
	touch reloaded
	$(RELOAD)
