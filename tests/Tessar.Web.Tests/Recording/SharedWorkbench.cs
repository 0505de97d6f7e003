using Tessar.Runs;

namespace Tessar.Web.Tests.Recording;

/// <summary>One server for the tests that only read: runs in every state, none of which a test changes.</summary>
public sealed class SharedWorkbench : IAsyncLifetime
{
    internal Workbench Workbench { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var empty = new RunRecipe { HasPredictions = false, Methods = [], PlantedFraction = 0 };
        Workbench = await Workbench.StartAsync(
            new RunRecipe(),
            new RunRecipe
            {
                Name = "both",
                Methods = ["data/grad-dot", "data/trak"],
                Created = new(2026, 3, 3, 9, 0, 0, TimeSpan.Zero)
            },
            empty with
            {
                Name = "foreign",
                Kind = RunKind.Imported,
                Metrics = [],
                Created = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero)
            },
            empty with { Name = "stopped", Status = RunStatus.Interrupted, Created = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero) },
            empty with { Name = "broken", Created = new(2026, 2, 1, 9, 0, 0, TimeSpan.Zero) });
        string record = Workbench.PathOf("broken", "run.json");
        File.WriteAllText(record, File.ReadAllText(record)[..200]);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Workbench.DisposeAsync();
}
