using System.CommandLine;

namespace Tessar.Cli.Commands;

/// <summary>The commands that measure how good an attribution is.</summary>
internal sealed class EvaluateCommand : Command
{
    public EvaluateCommand()
        : base("evaluate", "Measures how good an attribution is") => Add(new EvaluateMislabelsCommand());
}
