using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessar.Methods;

/// <summary>
/// A question, a method and what they are asked about: everything that decides a result. A value: equal jobs get equal results.
/// </summary>
/// <remarks>
/// Together with the hashes of its runs and data it is the key under which the result is kept. It travels between processes as
/// JSON.
/// </remarks>
/// <example><code>
/// var job = new MethodJob { Question = "data/lds", Method = "data/trak", Runs = ["runs/first"], Targets = "test:0-99" };
/// </code></example>
public sealed record MethodJob
{
    /// <summary>Memory that large arrays may take together unless said otherwise: 2 GiB.</summary>
    public const long DefaultMemoryBudget = 2L << 30;

    /// <summary>What is asked: a lens, such as <c>data</c>, or one of its further questions, such as <c>data/lds</c>.</summary>
    public required string Question { get; init; }

    /// <summary>The method that is asked; null for the question's default.</summary>
    public string? Method { get; init; }

    /// <summary>Options of the method by name, as they would be typed; what isn't named has its default.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = Nothing;

    /// <summary>Settings of the question by name, likewise.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = Nothing;

    /// <summary>
    /// Names of runs or paths of their folders, at least one; several are averaged, and the first keeps the result.
    /// </summary>
    public required IReadOnlyList<string> Runs { get; init; }

    /// <summary>Those they are compared with; empty for questions about runs alone.</summary>
    public IReadOnlyList<string> Against { get; init; } = [];

    /// <summary>The training examples to look at; null for those the first run was trained on.</summary>
    public string? Train { get; init; }

    /// <summary>The predictions to look at; null for the question's default.</summary>
    public string? Targets { get; init; }

    /// <summary>Seed of everything random; null leaves methods at 0 and trainings that judge or explain at 1.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Bytes of memory that large arrays may take together.</summary>
    public long MemoryBudget { get; init; } = DefaultMemoryBudget;

    private static Dictionary<string, string> Nothing { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads a job as <see cref="ToJson"/> writes it.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="TessarException">It is no job.</exception>
    public static MethodJob Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return JsonSerializer.Deserialize(json, JobJson.Default.MethodJob)
                ?? throw new JsonException("null instead of an object");
        }
        catch (JsonException e)
        {
            throw new TessarException(
                $"The job can't be read: {e.Message} A question and runs are required.", ErrorKind.Usage, e);
        }
    }

    /// <summary>The job as one line of JSON; equal jobs give equal lines.</summary>
    /// <returns>The line.</returns>
    public string ToJson() => JsonSerializer.Serialize(
        this with { Options = Sorted(Options), Settings = Sorted(Settings) }, JobJson.Default.MethodJob);

    /// <inheritdoc/>
    public bool Equals(MethodJob? other) => other is not null && ToJson() == other.ToJson();

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToJson());

    private static SortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> values) =>
        new(values.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
}

[JsonSerializable(typeof(MethodJob))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
internal sealed partial class JobJson : JsonSerializerContext;
