using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessar.Cli.Terminal;

/// <summary>
/// Progress for a program that started this one: a line of JSON per report on standard error, when <c>TESSAR_PROGRESS</c> is
/// <c>json</c>.
/// </summary>
/// <remarks>
/// A line is <c>{"progress":{"stage":"Gradients","done":300,"total":10000,"unit":"examples"}}</c>, with a <c>detail</c> where
/// there is one and a total of 0 where it isn't known. At most ten a second, but always the first and the last of a stage.
/// </remarks>
internal sealed partial class ProgressLines(TextWriter errors, TimeProvider clock) : IProgress<ProgressUpdate>
{
    /// <summary>The variable of the environment that asks for the lines.</summary>
    public const string Variable = "TESSAR_PROGRESS";

    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    private long _told;
    private ProgressUpdate _last;
    private bool _isPending;

    /// <summary>Whether the environment asks for the lines.</summary>
    public static bool AreWanted => Environment.GetEnvironmentVariable(Variable) == "json";

    /// <inheritdoc/>
    public void Report(ProgressUpdate value)
    {
        bool isNewStage = _last.Stage != value.Stage;
        if (isNewStage)
            Finish();
        (_last, _isPending) = (value, true);
        if (isNewStage || clock.GetElapsedTime(_told) >= _interval)
            Finish();
    }

    /// <summary>Writes the last report, unless it has been written.</summary>
    public void Finish()
    {
        if (!_isPending)
            return;
        (_isPending, _told) = (false, clock.GetTimestamp());
        errors.WriteLine(JsonSerializer.Serialize(new Line(_last), LineJson.Default.Line));
    }

    internal sealed record Line(ProgressUpdate Progress);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(Line))]
    private sealed partial class LineJson : JsonSerializerContext;
}
