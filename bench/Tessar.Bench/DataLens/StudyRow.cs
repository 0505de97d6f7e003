using System.Globalization;

namespace Tessar.Bench.DataLens;

/// <summary>One measurement of the attribution study.</summary>
/// <param name="Name">Unique: model, method, what is special.</param>
/// <param name="Arguments">What the program is started with.</param>
/// <param name="Kept">The fields of its answer that are kept.</param>
internal sealed record StudyRow(string Name, IReadOnlyList<string> Arguments, IReadOnlyList<string> Kept)
{
    private static readonly string[] _score =
    [
        "lds", "interval", "noiseCeiling", "queries", "excludedColumns", "subsets", "seeds", "checkpoints", "sweep", "units",
        "remarks", "secondsRetraining",
        "secondsEnsemble", "secondsScoring", "peakBytes",
    ];

    private static readonly string[] _ranking =
    [
        "plantedErrors", "examples", "auroc", "aurocInterval", "foundInFirst5Percent", "foundInFirst10Percent",
        "foundInFirst20Percent", "ensemble", "seconds",
    ];

    private static readonly string[] _flips = ["queries", "flippedByRetraining", "draws", "seeds", "points"];

    /// <summary>All rows, cheap ones first.</summary>
    public static IReadOnlyList<StudyRow> All { get; } =
    [
        Lds("logistic", "random"),
        Lds("logistic", "grad-dot"),
        Lds("logistic", "representer-similarity"),
        Lds("logistic", "influence-explicit"),
        Lds("logistic", "influence-explicit", "sweep", sweep: "damping=0.01,0.1,0.3,1,3,10,100"),
        Lds("logistic", "influence-explicit", string.Empty, 10),
        Lds("logistic", "ekfac"),
        Lds("logistic", "trak", "exact", 10, ["projection=none"]),
        Lds("mlp", "random"),
        Lds("mlp", "grad-dot"),
        Lds("mlp", "grad-cos"),
        Lds("mlp", "tracin"),
        Lds("mlp", "representer-similarity"),
        Lds("mlp", "trak", "exact", 1, ["projection=none"]),
        Lds("mlp", "trak", "exact", 10, ["projection=none"]),
        Lds("mlp", "trak", "exact, sweep", 10, ["projection=none"], sweep: "damping=0.01,0.03,0.1,0.3,1,3,10"),
        Lds("mlp", "trak", "k=512", 10, ["projection=sketch", "projection-dimension=512"]),
        Lds("mlp", "trak", "k=2048", 10, ["projection=sketch", "projection-dimension=2048"]),
        Lds("mlp", "trak", "k=8192", 10, ["projection=sketch", "projection-dimension=8192"]),
        Lds("mlp", "trak", "landmarks k=2048", 10, ["projection=landmarks", "projection-dimension=2048"]),
        Lds("mlp", "trak", "exact", 50, ["projection=none"]),
        Lds("mlp", "ekfac"),
        Lds("mlp", "ekfac", string.Empty, 10),
        Lds("mlp", "logra"),
        Lds("mlp", "grass"),
        Lds("mlp", "source"),
        Lds("mlp", "grad-dot", string.Empty, 10),
        Lds("mlp", "datamodels", "250 subsets", 0, ["subsets=250"]),
        Lds("mlp", "datamodels", "500 subsets", 0, ["subsets=500"]),
        Lds("mlp", "datamodels", "1000 subsets", 0, ["subsets=1000"]),
        Lds("mlp", "datamodels", "2000 subsets", 0, ["subsets=2000"]),
        Lds("logistic", "datamodels", "500 subsets", 0, ["subsets=500"]),
        Trajectory("logistic"),
        Trajectory("smooth"),
        Ranking("trak"),
        Ranking("trak", 5),
        Ranking("grad-dot"),
        Ranking("ekfac"),
        Flips("trak"),
        Flips("trak", 10),
    ];

    private static StudyRow Lds(
        string run, string method, string special = "", int ensemble = 0, string[]? settings = null, string? sweep = null)
    {
        return new StudyRow(
            Of(run, method, ensemble) + (special.Length > 0 ? $" ({special})" : string.Empty),
            [
                "evaluate", "lds", run, "--method", $"data/{method}", "--targets", "test:0-499", "--subsets", "100", "--seeds",
                "5",
                .. Ensemble(ensemble),
                .. (settings ?? []).SelectMany(setting => new[] { "--set", setting }),
                .. sweep is null ? Array.Empty<string>() : ["--sweep", sweep],
            ],
            _score);
    }

    private static StudyRow Trajectory(string run) => new(
        $"{run} data/magic (same trajectory)",
        ["evaluate", "lds", run, "--method", "data/magic", "--same-trajectory", "--targets", "test:0-19", "--subsets", "50",
         "--seeds", "1", "--fraction", "0.95"],
        _score);

    private static StudyRow Ranking(string method, int ensemble = 0) => new(
        Of("flipped", method, ensemble) + " (wrong labels)",
        ["evaluate", "mislabels", "flipped", "--method", $"data/{method}", .. Ensemble(ensemble)],
        _ranking);

    private static StudyRow Flips(string method, int ensemble = 0) => new(
        Of("mlp", method, ensemble) + " (flips)",
        ["evaluate", "brittleness", "mlp", "--method", $"data/{method}", "--shares", "0.02,0.05", .. Ensemble(ensemble)],
        _flips);

    private static string Of(string run, string method, int ensemble) =>
        $"{run} data/{method}" + (ensemble > 0 ? string.Create(CultureInfo.InvariantCulture, $" ×{ensemble}") : string.Empty);

    private static string[] Ensemble(int models) =>
        models > 0 ? ["--ensemble", models.ToString(CultureInfo.InvariantCulture)] : [];
}
