using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;

namespace Tessar.Tests.Toys;

/// <summary>Says how dark the images of each class are.</summary>
[Lens("toy", Verb = "shade", Question = "How dark are the images of each class?", DefaultMethod = "toy/mean-shade")]
public sealed class ToyLens(ToyLensOptions options) : IQuestion
{
    private readonly ToyLensOptions _options = options.Checked();

    /// <inheritdoc/>
    public Type Contract => typeof(IShadeMethod);

    /// <inheritdoc/>
    public MethodAnswer Ask(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        ExampleSet examples = inquiry.Train();
        double[] shades = inquiry.CreateMethod<IShadeMethod>().Shades(inquiry.View, examples, inquiry.Context);
        IEnumerable<JsonNode?> darkest = Enumerable.Range(0, shades.Length).OrderBy(c => shades[c]).ThenBy(c => c)
            .Take(_options.Classes)
            .Select(c => (JsonNode?)JsonValue.Create($"{_options.Prefix}{examples.Store.ClassNames[c]}"));
        var payload = new JsonObject { ["darkest"] = new JsonArray([.. darkest]), ["seed"] = inquiry.Context.Seed };
        return new MethodAnswer
        {
            Value = shades,
            Payload = JsonSerializer.SerializeToElement(payload),
            Arrays = writer => writer.Add("shades", shades, shades.Length),
            Train = examples.ToString(),
            Checks = [new SelfCheck("empty-classes", shades.Count(double.IsNaN), 0, "Classes without an image.")],
            Remarks = ["A toy says little."],
        };
    }
}

/// <summary>Settings of <see cref="ToyLens"/>.</summary>
public sealed record ToyLensOptions
{
    /// <summary>Classes to list.</summary>
    [Range(1, 10)]
    public int Classes { get; init; } = 3;

    /// <summary>What to put before each name.</summary>
    public string Prefix { get; init; } = "class ";
}

/// <summary>The contract of a lens that exists in this assembly alone: how dark are the images of each class?</summary>
public interface IShadeMethod
{
    /// <summary>One number per class.</summary>
    double[] Shades(RunView run, ExampleSet examples, MethodContext context);
}

/// <summary>The mean gray value of each class.</summary>
[Method("toy/mean-shade", Paper = "original", Cost = "one pass over the images", Needs = MethodNeeds.Nothing)]
public sealed class MeanShade(MeanShadeOptions options) : IShadeMethod
{
    private readonly MeanShadeOptions _options = options.Checked();

    /// <inheritdoc/>
    public double[] Shades(RunView run, ExampleSet examples, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(context);
        double[] sums = new double[examples.Store.ClassNames.Count];
        int[] counts = new int[sums.Length];
        for (int i = 0; i < examples.Count; i++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            int label = examples.Label(i);
            if (_options.Only is { } only && !only.Contains(label))
                continue;
            sums[label] += examples.Image(i).ToArray().Average(pixel => (double)pixel);
            counts[label]++;
            context.Progress?.Report(new MethodProgress("shades", i + 1, examples.Count, "examples"));
        }

        return [.. sums.Zip(counts, (sum, count) => (_options.Ceiling ?? 255) / 255.0 * (count == 0 ? 0 : sum / count))];
    }
}

/// <summary>Settings of <see cref="MeanShade"/>.</summary>
public sealed record MeanShadeOptions
{
    /// <summary>Gray value that counts as white; 255 when left open.</summary>
    [Range(1, 1000)]
    public int? Ceiling { get; init; }

    /// <summary>Classes to look at, by number; all when left open.</summary>
    [Range(0, 9)]
    public IReadOnlyList<int>? Only { get; init; }
}
