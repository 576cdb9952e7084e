"""What scripts/completions writes: each shell completes every tool's options, verbs and files."""

import re

from terminal import Session
from testbed import wait_until
from tools import BIN, REPO, TOOLS, ToolTest

# Each shell takes the lines of `typed`, and writes to `offered` for each line what its last word may become.
BASH = """
for script in scripts/*; do source "$script"; done
while read -r COMP_LINE; do
    read -ra COMP_WORDS <<<"$COMP_LINE"
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_POINT=${#COMP_LINE} COMPREPLY=()
    "_$COMP_WORDS" "$COMP_WORDS" "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
    echo "${COMPREPLY[*]}"
done <typed >offered
"""
FISH = """
for script in scripts/*; source $script; end
while read line; echo (complete -C $line | string replace -r '\\t.*' ''); end <typed >offered
"""
# Zsh completes nowhere but at a terminal, so there the key does it, line after line.
ZSH = """
fpath=($PWD/scripts $fpath)
autoload -Uz compinit && compinit -u -D
setopt no_auto_menu no_auto_list
each_line() {
    exec 3>offered
    for BUFFER in ${(f)"$(<typed)"}; do
        CURSOR=$#BUFFER
        zle complete-word
        print -r -u 3 -- ${${(z)BUFFER}[-1]}
    done
    BUFFER=
    >finished
}
zle -N each_line
bindkey '^I' each_line
PS1='what next? '
"""


class ShellsTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "leaf.pem").touch()
        self.wanted = {line[:-1]: [line.split()[-1]] for line in self.lines()}
        self.wanted |= {f"{tool} hel": [] for tool in TOOLS if not self.verbs(tool)}
        (self.dir / "typed").write_text("".join(f"{line}\n" for line in self.wanted))

    def lines(self):
        """Each ends with the only word that begins as it does without its last letter."""
        for tool in TOOLS:
            verbs = [f"{tool} {verb}" for verb in self.verbs(tool)]
            yield from verbs
            for command in tool, *verbs:
                text = self.ok(self.run_tool(*command.split(), "--help")).text
                first = re.search(r"(?m)^  (?:-\w, )?(--[a-z-]+)", text)[1]
                yield f"{command} {first}"
        for command in "acme-renewal", "acme-renewal list":
            yield f"{command} leaf.pem"
            yield f"{command} leaf.pem --explain"
        yield "acme-csr one.example --explain"

    def scripts(self, shell, name="{}"):
        (self.dir / "scripts").mkdir()
        for tool in TOOLS:
            script = self.ok(self.run_tool(REPO / "scripts" / "completions", BIN / tool, shell)).text
            (self.dir / "scripts" / name.format(tool)).write_text(script)

    def completed(self):
        """That a word stays as it is doesn't count."""
        offered = (self.dir / "offered").read_text().splitlines()
        self.assertEqual(len(offered), len(self.wanted))
        for (line, wanted), words in zip(self.wanted.items(), offered):
            with self.subTest(line):
                self.assertEqual([word for word in words.split() if word != line.split()[-1]], wanted)

    def test_bash(self):
        self.scripts("bash")
        self.ok(self.run_tool("bash", "-c", BASH))
        self.completed()

    def test_fish(self):
        self.scripts("fish")
        self.ok(self.run_tool("fish", "--no-config", "-c", FISH))
        self.completed()

    def test_zsh(self):
        self.scripts("zsh", "_{}")
        (self.dir / ".zshrc").write_text(ZSH)
        self.env |= {"ZDOTDIR": str(self.dir), "TERM": "dumb"}
        session = Session(self, "exec zsh -o no_global_rcs -i </dev/tty >/dev/tty 2>&1").until("what next? ")
        session.type("\t")
        wait_until(lambda: not session.hear() and (self.dir / "finished").exists(), "zsh has completed every line")
        self.assertNotIn("_arguments:", session.said)
        self.completed()
