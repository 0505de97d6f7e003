using System.Globalization;
using System.Text.Json;
using Tessar.Cli.Json;
using Tessar.Lenses.Data.Transfer;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Cli.Commands;

/// <summary>Keeps transfer influences with the source run: <c>results/transfer/NUMBER</c> with <c>transfer.json</c> and <c>influences.safetensors</c>.</summary>
internal static class TransferFiles
{
    /// <summary>The first folder that isn't there yet.</summary>
    public static string Folder(Run run)
    {
        string root = Path.Combine(run.Directory, "results", "transfer");
        for (int number = 1; ; number++)
        {
            string folder = Path.Combine(root, number.ToString(CultureInfo.InvariantCulture));
            if (!Path.Exists(folder))
                return folder;
        }
    }

    /// <summary>Writes <c>influence</c> and <c>standardError</c>, f64 [source classes, targets], NaN where unknown, and what `--json` prints.</summary>
    public static void Save(TransferJson result, TransferTally tally, int targets)
    {
        Directory.CreateDirectory(result.Result);
        int classes = result.Classes.Count;
        ClassInfluence[] all = [.. Enumerable.Range(0, classes).SelectMany(c => Enumerable.Range(0, targets).Select(t => tally.Of(c, t)))];
        var writer = new SafetensorsWriter { IsSealed = true };
        writer.Add("influence", all.Select(i => i.Value).ToArray(), classes, targets);
        writer.Add("standardError", all.Select(i => i.StandardError).ToArray(), classes, targets);
        writer.Save(Path.Combine(result.Result, "influences.safetensors"));
        AtomicFile.WriteText(Path.Combine(result.Result, "transfer.json"), JsonSerializer.Serialize(result, JsonOutput.Printing.TransferJson) + "\n");
    }
}
