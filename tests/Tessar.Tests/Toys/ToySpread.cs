using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tessar.Methods;

namespace Tessar.Tests.Toys;

/// <summary>Says how far the darkest class is from the lightest.</summary>
[Question("toy/spread", Targets = "Images to look at beside (default none)")]
public sealed class ToySpread(ToySpreadOptions options) : IQuestion
{
    private readonly ToySpreadOptions _options = options.Checked();

    /// <inheritdoc/>
    public Type Contract => typeof(IShadeMethod);

    /// <inheritdoc/>
    public MethodAnswer Ask(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        double[] shades = inquiry.CreateMethod<IShadeMethod>().Shades(inquiry.View, inquiry.Train(), inquiry.Context);
        double spread = _options.In == ToyUnit.Percent ? 100 * (shades.Max() - shades.Min()) : shades.Max() - shades.Min();
        var payload = new JsonObject
        {
            ["spread"] = _options.Rounded ? Math.Round(spread, _options.Digits) : spread,
            ["weights"] = JsonValue.Create(string.Join('+', _options.Weights)),
            ["targets"] = inquiry.Job.Targets,
        };
        return new MethodAnswer
        {
            Value = payload,
            Payload = JsonSerializer.SerializeToElement(payload),
            Train = inquiry.Train().ToString(),
            Targets = inquiry.Job.Targets,
        };
    }
}

/// <summary>Settings of <see cref="ToySpread"/>.</summary>
public sealed record ToySpreadOptions
{
    /// <summary>The unit of the answer.</summary>
    [Option(ValueName = "UNIT")]
    public ToyUnit In { get; init; } = ToyUnit.Share;

    /// <summary>Round the answer.</summary>
    public bool Rounded { get; init; }

    /// <summary>Digits to keep.</summary>
    [Range(0, 9), Option(IsRare = true, OnlyWith = nameof(Rounded))]
    public int Digits { get; init; } = 2;

    /// <summary>Weights of the classes; they do nothing.</summary>
    [Falling, Option(ValueName = "W,W,…", NotWith = nameof(Rounded), Because = "with {0}, which weighs nothing")]
    public IReadOnlyList<double> Weights { get; init; } = [2, 1];
}

/// <summary>Units of <see cref="ToySpread"/>.</summary>
public enum ToyUnit
{
    /// <summary>Between 0 and 1.</summary>
    Share,

    /// <summary>Between 0 and 100.</summary>
    Percent,
}

/// <summary>Numbers, each smaller than the one before.</summary>
public sealed class FallingAttribute : OptionRuleAttribute
{
    /// <inheritdoc/>
    public override string Allowed => "numbers that fall, such as 2,1";

    /// <inheritdoc/>
    public override bool Allows(object value) =>
        value is IReadOnlyList<double> numbers && numbers.Zip(numbers.Skip(1)).All(pair => pair.First > pair.Second);
}

/// <summary>Says how many images of a run's data are named so.</summary>
[Question("toy/tally", Verb = "tally", TakesOneRun = true, TakesTrain = false, Runs = "a run whose data are counted")]
public sealed class ToyTally(ToyTallyOptions options) : IQuestion
{
    private readonly ToyTallyOptions _options = options.Checked();

    /// <inheritdoc/>
    public Type? Contract => null;

    /// <inheritdoc/>
    public MethodAnswer Ask(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        var payload = new JsonObject { ["examples"] = inquiry.Examples(_options.Split!).Count };
        return new MethodAnswer { Value = payload, Payload = JsonSerializer.SerializeToElement(payload) };
    }
}

/// <summary>Settings of <see cref="ToyTally"/>.</summary>
public sealed record ToyTallyOptions
{
    /// <summary>The split to count.</summary>
    [Required, Option(ValueName = "SPLIT")]
    public string? Split { get; init; }
}
