using System.CommandLine;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>The commands that measure how good an attribution is.</summary>
internal sealed class EvaluateCommand : Command
{
    public EvaluateCommand()
        : base("evaluate", "Measures how good an attribution is")
    {
        Add(new EvaluateLdsCommand());
        Add(new EvaluateLooCommand());
        Add(new EvaluateBrittlenessCommand());
        Add(new EvaluateRemovalCommand());
        Add(new EvaluateSanityCommand());
        Add(new EvaluateMislabelsCommand());
    }
}
