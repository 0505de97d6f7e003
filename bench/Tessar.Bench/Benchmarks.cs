using System.Text.Json;
using System.Text.Json.Serialization;
using Tessar.Native;

namespace Tessar.Bench;

/// <summary>
/// Chooses a benchmark by name and prints what it found: <c>dotnet run -c Release --project bench/Tessar.Bench -- NAME
/// [--json]</c>.
/// </summary>
internal static class Benchmarks
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly Dictionary<string, Func<object>> _known = new(StringComparer.Ordinal)
    {
        ["loader"] = LoaderBenchmark.Run,
        ["optimizers"] = OptimizerBenchmark.Run,
        ["optimizer-study"] = Study.OptimizerStudy.Run,
        ["training"] = TrainingBenchmark.Run,
        ["data-lens"] = DataLens.AttributionStudy.Run,
        ["damping"] = DataLens.Damping.DampingStudy.Run,
        ["ekfac"] = DataLens.EkfacBench.Run,
        ["recipes"] = DataLens.RecipeStudy.Run,
        ["topk"] = DataLens.TopKBench.Run,
        ["lasso"] = DataLens.LassoBench.Run,
        ["trak"] = DataLens.TrakBench.Run,
        ["trak-command"] = DataLens.TrakCommand.Run,
        ["trak-speed"] = DataLens.TrakBench.Speed,
        ["trak-curve"] = DataLens.TrakBench.Curve,
    };

    public static int Run(string[] arguments)
    {
        string? name = Array.Find(arguments, a => !a.StartsWith('-'));
        if (name is null || !_known.TryGetValue(name, out Func<object>? benchmark))
        {
            Console.Error.WriteLine(
                $"Name a benchmark: {string.Join(", ", _known.Keys)}. Add --json for machine-readable figures.");
            return 2;
        }

        TorchThreads.Set(Environment.ProcessorCount);
        object figures = benchmark();
        Console.WriteLine(JsonSerializer.Serialize(figures, figures.GetType(), _json));
        return 0;
    }
}
