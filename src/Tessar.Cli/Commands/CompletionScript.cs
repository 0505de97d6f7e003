namespace Tessar.Cli.Commands;

/// <summary>
/// The completion scripts. Each hands the line to the parser's own suggest directive, so they never go out of date.
/// </summary>
internal static class CompletionScript
{
    public static IReadOnlyList<string> Shells => ["bash", "zsh", "pwsh", "fish"];

    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "pwsh" => PowerShell,
        "fish" => Fish,
        _ => throw new TessarException(
            UnknownName.Text("shell", shell, Shells, "that completes commands"), ErrorKind.Usage),
    };

    // The word under the cursor may hold ':' or '=', at which bash splits words; the suggestions are trimmed to match.
    private const string Bash = """
        # bash completion for tessar. Save as ~/.local/share/bash-completion/completions/tessar
        _tessar()
        {
            local line="${COMP_LINE:0:COMP_POINT}"
            local word="${COMP_WORDS[COMP_CWORD]}"
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _tessar tessar ./tessar

        """;

    private const string Zsh = """
        #compdef tessar
        # zsh completion for tessar. Save as _tessar in a folder of fpath
        _tessar()
        {
            local line="$BUFFER"
            local -a suggestions
            suggestions=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$line" 2>/dev/null)}")
            compadd -- ${suggestions:#}
        }
        if [[ "${funcstack[1]}" == _tessar ]]; then
            _tessar "$@" # loaded from fpath, at the first completion
        else
            compdef _tessar tessar ./tessar # sourced
        fi

        """;

    private const string PowerShell = """
        # PowerShell completion for tessar. Add to $PROFILE
        Register-ArgumentCompleter -Native -CommandName tessar -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $line = "$commandAst"
            $position = [Math]::Min($cursorPosition - $commandAst.Extent.StartOffset, $line.Length)
            tessar "[suggest:$position]" "$line" 2>$null |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }

        """;

    private const string Fish = """
        # fish completion for tessar. Save as ~/.config/fish/completions/tessar.fish
        function __tessar_suggest
            set -l line (commandline -cp)
            command tessar "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c tessar -f -a '(__tessar_suggest)'

        """;
}
