using System.Globalization;
using System.Text.Json;
using Tessar.Examples;

namespace Tessar.Bench.DataLens;

/// <summary>Does `tessar compare` find a planted difference of recipes, and none where there is none?</summary>
/// <remarks>
/// Recipe A is trained on pictures of which those of class 0 have a white corner, B on the same pictures without; half of the
/// test pictures have the corner, whatever their class. Found is: the verdict, and which shares of a direction's twenty strongest
/// examples and queries at one end have the corner (by chance a tenth and a half). The second comparison is of A with A from
/// another seed.
/// </remarks>
internal static class RecipeStudy
{
    private const int Train = 2_000;
    private const int Top = 50;

    public static object Run()
    {
        string folder = Path.Combine(TessarTool.Root, "runs", "data-lens-study");
        Directory.CreateDirectory(folder);
        var tool = new TessarTool(folder);
        string patched = Path.Combine(folder, "corner.tess");
        using ExampleStore source = DataCatalog.Open("fashion-mnist-mini");
        PatchedStore.Write(source, patched);
        string range = string.Create(CultureInfo.InvariantCulture, $"train:0-{Train - 1}");
        string[] recipe = [
            "--model", "mlp", "--train", range, "--epochs", "3", "--batch", "64", "--optimizer", "sgd", "--lr", "0.05"
        ];
        tool.TrainOnce("corner", ["--data", patched, "--seed", "1", .. recipe]);
        tool.TrainOnce("corner-again", ["--data", patched, "--seed", "2", .. recipe]);
        tool.TrainOnce("no-corner", ["--data", "fashion-mnist-mini", "--seed", "1", .. recipe]);
        string[] compare = [
            "--targets",
            "test:0-499",
            "--top",
            Top.ToString(CultureInfo.InvariantCulture),
            "--patch",
            "4x4@0,0=255",
            "--patch-class",
            source.ClassNames[PatchedStore.Class]
        ];
        JsonElement different = tool.Json(["compare", "corner", "no-corner", .. compare]);
        JsonElement same = tool.Json(["compare", "corner", "corner-again", .. compare]);
        using ExampleStore store = ExampleStore.Open(patched);
        return new
        {
            benchmark = "recipes",
            command = "dotnet run -c Release --project bench/Tessar.Bench -- recipes",
            planted = Figures(different, source),
            control = Figures(same, source),
            machine = Runs.RunEnvironment.Machine(),
        };
    }

    private static object Figures(JsonElement result, ExampleStore source) => new
    {
        verdict = result.GetProperty("verdict").GetString(),
        summary = result.GetProperty("summary").GetString(),
        p = result.GetProperty("pValue").GetDouble(),
        unexplainedOfA = result.GetProperty("unexplainedShareOfA").GetDouble(),
        directions = result.GetProperty("directionsOfA").EnumerateArray().Select(direction => new
        {
            share = direction.GetProperty("share").GetDouble(),
            variance = direction.GetProperty("variance").GetDouble(),
            varianceInOther = direction.GetProperty("varianceInOther").GetDouble(),
            cornersAmongStrongestTrain = Corners(direction, "train", source),
            cornersAmongStrongestQueries = Corners(direction, "queries", source),
        }).ToArray(),
        check = result.GetProperty("check").GetProperty("summary").GetString(),
        seconds = result.GetProperty("seconds").GetDouble(),
    };

    // Of both ends the one with more corners: the sign of a direction is free.
    private static double Corners(JsonElement direction, string what, ExampleStore source) =>
        Math.Max(CornersAt("Positive", direction, what, source), CornersAt("Negative", direction, what, source));

    private static double CornersAt(string end, JsonElement direction, string what, ExampleStore source) =>
        direction.GetProperty(what + end).EnumerateArray().Take(20).Average(e =>
        {
            string[] place = e.GetProperty("example").GetString()!.Split(':');
            var set = new ExampleSet(source, place[0], int.Parse(place[1], CultureInfo.InvariantCulture), 1);
            return PatchedStore.IsPatched(set, 0) ? 1.0 : 0.0;
        });
}
