using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tessar.Results;

/// <summary>The name of a result: a hash of everything that decides its numbers, and of nothing that doesn't.</summary>
/// <remarks>
/// Not the time, not the seconds it took, not where files lie. Equal keys mean equal questions, so a result is never overwritten.
/// </remarks>
internal static class ResultKey
{
    /// <summary>Version of what the code computes: raised when the same question gets other numbers.</summary>
    public const int Code = 2;

    private const int Length = 16;

    /// <summary>The key of a job on what it was asked about.</summary>
    /// <param name="job">What was asked, with every default filled in.</param>
    /// <param name="inputs">What it was asked about.</param>
    /// <returns>16 hexadecimal digits.</returns>
    public static string Of(ResultJob job, ResultInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(inputs);
        return Of(
        [
            ("code", Text(inputs.Code)), ("question", job.Question), ("method", job.Method), ("data", inputs.DataIdentity),
            ("labels", inputs.LabelsSha256),
            ("train", job.Train), ("targets", job.Targets), ("seed", job.Seed?.ToString(CultureInfo.InvariantCulture)),
            ("memory", Text(job.MemoryBudget)),
            .. inputs.Models.Select(model => ("model", (string?)model)),
            .. inputs.Checkpoints.Select(checkpoint => ("checkpoint", (string?)checkpoint.Sha256)),
            .. Sorted("option", job.Options), .. Sorted("setting", job.Settings),
        ]);
    }

    /// <summary>A key of named parts, in their order.</summary>
    /// <param name="parts">A part without a value counts as absent.</param>
    public static string Of(IEnumerable<(string Name, string? Value)> parts)
    {
        // Lengths keep a value with a line break from being read as two parts.
        IEnumerable<string> lines = parts.Where(part => part.Value is not null)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Name} {part.Value!.Length} {part.Value}"));
        return HashOf(Encoding.UTF8.GetBytes(string.Join('\n', lines)))[..Length];
    }

    /// <summary>SHA-256 in hexadecimal digits.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static IEnumerable<(string, string?)> Sorted(string kind, IReadOnlyDictionary<string, string> values) =>
        values.OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => ($"{kind} {value.Key}", (string?)value.Value));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
