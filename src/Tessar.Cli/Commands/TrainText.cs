using Spectre.Console;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Runs;

namespace Tessar.Cli.Commands;

/// <summary>What `train` and `import` say about the run they made.</summary>
internal static class TrainText
{
    public static void Write(Invocation call, IAnsiConsole console, Run run)
    {
        if (run.Status == RunStatus.Interrupted)
        {
            string saved = run.Checkpoints.Count == 0
                ? "before the first update"
                : $"after {Quantity.Count(run.Checkpoints[^1].Step)} updates, saved";
            console.Line($"{run.Name} was interrupted {saved}. Go on with: {call.Suggest($"train --resume {run.Name}")}");
            return;
        }
        if (run.Record.Final is { } final)
        {
            string trained = final.TrainAccuracy is { } accuracy
                ? $", on the training examples {Quantity.Percent(accuracy)}"
                : string.Empty;
            string tested = final.TestAccuracy is { } share
                ? $"accuracy {Quantity.Percent(share)}"
                : $"loss {Quantity.Number(final.TestLoss)}";
            console.Line($"{run.Name}: test {tested}{trained}, {Quantity.Seconds(final.Seconds)}.");
        }
        console.Line($"Folder: {run.Directory}");
        console.Line($"Next: {call.Suggest($"show {run.Name}")}");
        console.Line($"      {call.Suggest($"attribute {run.Name} --targets test:0-9")}");
    }
}
