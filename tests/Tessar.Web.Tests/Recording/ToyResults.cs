using System.Text.Json;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Tests.Toys;

namespace Tessar.Web.Tests.Recording;

/// <summary>Results of the toy lens, which no file of the workbench names, as a run keeps them.</summary>
internal static class ToyResults
{
    /// <summary>The methods of Tessar and of this assembly, as <c>TESSAR_METHODS</c> hands them to a server.</summary>
    public static MethodCatalog Catalog { get; } = new(typeof(Tessar.Lenses.Data.Trak).Assembly, typeof(ToyLens).Assembly);

    /// <summary>Writes one that fits the run, and an older one for other data.</summary>
    public static void Write(Run run, bool staleToo = true)
    {
        Save(run, run.Record.Program.Data.Identity, "3", new(2026, 3, 4, 11, 30, 0, TimeSpan.Zero), limit: 0);
        if (staleToo)
            Save(run, "sha256:of-other-data", "2", new(2026, 3, 4, 11, 0, 0, TimeSpan.Zero), limit: null);
    }

    private static void Save(Run run, string data, string classes, DateTimeOffset created, double? limit)
    {
        double[] shades = [.. Enumerable.Range(0, 10).Select(c => 40.0 + 7.25 * c)];
        const string Answer = "{\"darkest\":[\"class Sandal\",\"class Sneaker\",\"class Dress\"],\"seed\":7,"
            + "\"spread\":{\"least\":40,\"greatest\":105.25,\"even\":true}}";
        using JsonDocument answer = JsonDocument.Parse(Answer);
        ResultFolder.Save(
            run,
            new ResultDocument
            {
                Lens = "toy",
                Method = "toy/mean-shade",
                Run = run.Name,
                Created = created,
                Job = new ResultJob
                {
                    Question = "toy",
                    Method = "toy/mean-shade",
                    Options = new Dictionary<string, string>(StringComparer.Ordinal) { ["ceiling"] = "none", ["only"] = "none" },
                    Settings = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["classes"] = classes,
                        ["prefix"] = "class "
                    },
                    Runs = [run.Name],
                    Train = Evidence.Train,
                    Seed = 7,
                },
                Inputs = new ResultInputs { DataIdentity = data },
                Seconds = 0.31,
                Checks = [new SelfCheck("empty-classes", 0, limit, "Classes without an image.")],
                Remarks = ["A toy says little."],
                Payload = answer.RootElement.Clone(),
            },
            writer => writer.Add("shades", shades, shades.Length));
    }
}
