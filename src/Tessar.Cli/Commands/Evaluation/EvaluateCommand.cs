using System.CommandLine;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>The commands that measure how good an attribution is.</summary>
internal sealed class EvaluateCommand : Command
{
    public EvaluateCommand(KnownMethods known)
        : base("evaluate", "Measures how good an attribution is")
    {
        Add(new EvaluateLdsCommand(known));
        Add(new EvaluateLooCommand(known));
        Add(new EvaluateBrittlenessCommand(known));
        Add(new EvaluateRemovalCommand(known));
        Add(new EvaluateSanityCommand(known));
        Add(new EvaluateMislabelsCommand(known));
    }
}
