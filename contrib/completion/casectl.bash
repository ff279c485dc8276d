# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Completion of casectl for bash: source it, or put it into a folder of bash-completion.
# The table is written by contrib/completion/update; a test compares it with --help.

declare -A _casectl_table=(
# table
	['access cancel']=''
	['access edit']='--deployment --drop'
	['access list']='--deployment --person'
	['access mirror']='--from --to --exact --except --by --dry-run --yes'
	['access offboard']='--org --yes'
	['access reactivate']=''
	['access report']='--org'
	['access request']='--deployment --by --name --employer --country --phone --batch --language'
	['access requests']='--pending'
	['access revoke']='--deployment'
	['access show']=''
	['address add']=''
	['address list']=''
	['address remove']=''
	['address verify']=''
	['admin add']='--name --queue --language'
	['admin list']=''
	['approver add']='--org --deployment --name --language'
	['approver delegate']='--from --to --until --scope'
	['approver delegations']=''
	['approver list']=''
	['approver undelegate']='--from --to'
	['audit list']='--max --before'
	['audit show']='--max --before'
	['audit verify']=''
	['case assign']='--by --version'
	['case attach']='--internal --text --by --version'
	['case close']='--by --version --sub-status'
	['case escalate']='--to --reason --by --version'
	['case export']='--format --search --force --mine --company --contact --owner --org --deployment --product --status --type --sub-type --admin --open --closed --since --sort --reverse'
	['case list']='--mine --company --contact --owner --org --deployment --product --status --type --sub-type --admin --open --closed --since --sort --reverse --max --page'
	['case mail']='--to --update --by --version --yes'
	['case merge']='--into --by --version'
	['case move']='--deployment --contact --by --version --yes'
	['case note']='--by --version --file --attach'
	['case open']='--contact --deployment --subject --type --sub-type --priority --owner --file'
	['case reopen']='--by --version'
	['case reply']='--by --version --file --attach --ask --yes'
	['case search']='--mine --company --contact --owner --org --deployment --product --status --type --sub-type --admin --open --closed --since --sort --reverse --max --page'
	['case show']=''
	['case split']='--subject --update --by --version'
	['case status']='--by --version --sub-status'
	['case statuses']=''
	['check-auth']=''
	['config check']=''
	['config show']=''
	['contact add']='--name --org --employer --country --phone --access --language'
	['contact list']=''
	['contact set']='--first-name --last-name --employer --country --phone --language --deliverable'
	['contact show']=''
	['deployment add']='--org --end-user --partner --product'
	['deployment list']=''
	['explain']=''
	['health']='--plugin'
	['import']='--organisations --deployments --contacts --access --cases --dry-run'
	['init']=''
	['mail drop']='--reason'
	['mail explain']=''
	['mail export']='--output'
	['mail list']='--outcome --mailbox --from --max --before'
	['mail reconcile']=''
	['mail release']='--case --internal'
	['mail requeue']=''
	['mail show']='--raw'
	['org add']='--partner'
	['org list']=''
	['outbox cancel']='--reason'
	['outbox hold']=''
	['outbox list']='--state --max --before'
	['outbox release']=''
	['outbox retry']=''
	['outbox show']=''
	['pin new']=''
	['pin show']=''
	['read']='--input'
	['representative add']='--name --queue --language'
	['representative list']=''
	['stats']='--since'
	['template list']=''
	['template preview']='--lang --html'
	['verdict']='--language'
	['watch']='--last --since'
# end of table
)

# The words offered for one that begins with $1.
_casectl_offer() {
	mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}

# The statuses of the configuration; those that are shipped where it cannot be read.
_casectl_statuses() {
	casectl "$@" case statuses 2>/dev/null </dev/null | cut -f1 | uniq | tr 'A-Z ' 'a-z-' | grep . ||
		echo 'open awaiting-info service-restored solution-proposed closed'
}

_casectl() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} i=1 group verb name
	local -a configuration=()
	COMPREPLY=()
	while ((i < COMP_CWORD)) && [[ ${COMP_WORDS[i]} == -* ]]; do # the options before the command
		case ${COMP_WORDS[i]} in
		-c | --config) ((i++)) && configuration=(-c "${COMP_WORDS[i]}") ;;
		--as) ((i++)) ;;
		esac
		((i++))
	done
	case $before in
	-c | --config | --file | --attach | --organisations | --deployments | --contacts | --access | --cases)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--as) return ;;
	esac
	if ((i >= COMP_CWORD)); then
		_casectl_offer "$word" "$([[ $word == -* ]] && echo '-c --config --json --no-pager --as --version --help')
			$(for name in "${!_casectl_table[@]}"; do echo "${name%% *}"; done | sort -u)"
		return
	fi
	group=${COMP_WORDS[i]} verb=${COMP_WORDS[i + 1]}
	name=$group
	if [[ ! -v _casectl_table[$group] ]]; then
		if ((i + 1 == COMP_CWORD)); then
			_casectl_offer "$word" "$(for name in "${!_casectl_table[@]}"; do [[ $name == "$group "* ]] && echo "${name#* }"; done | sort)"
			return
		fi
		name="$group $verb"
	fi
	case $word,$before,$name in
	-*) _casectl_offer "$word" "${_casectl_table[$name]-} --help --json" ;;
	*,--state,*) _casectl_offer "$word" 'queued claimed sent unknown failed cancelled' ;;
	*,--status,*) _casectl_offer "$word" "$(_casectl_statuses "${configuration[@]}")" ;;
	*,--sort,*) _casectl_offer "$word" 'modified opened number priority' ;;
	*,--format,*) _casectl_offer "$word" 'xlsx csv json' ;;
	*,--input,*) _casectl_offer "$word" 'message text html' ;;
	*,--*) ;;
	*,'case status') ((COMP_CWORD == i + 3)) && _casectl_offer "$word" "$(_casectl_statuses "${configuration[@]}")" ;;
	*,explain | *,read | *,verdict | *,'case export') mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	esac
}
complete -F _casectl casectl
