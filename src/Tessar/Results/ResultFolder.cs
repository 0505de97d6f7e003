using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Results;

/// <summary>
/// A result kept with its run: <c>results/LENS/WHAT/KEY</c> with <c>result.json</c> and, where there are arrays,
/// <c>arrays.safetensors</c>.
/// </summary>
/// <remarks>
/// WHAT is the method for a lens's own question and the question's name for any other. The key is a hash of everything the
/// numbers depend on, so nothing is ever overwritten. Reading loads no libtorch. Safe from several threads.
/// </remarks>
public sealed class ResultFolder
{
    /// <summary>Name of the document.</summary>
    public const string DocumentName = "result.json";

    internal const string ArraysName = "arrays.safetensors";
    internal const string Remedy = "Delete this result's folder and ask again.";

    private static readonly ConcurrentDictionary<(string Path, DateTime Written, long Bytes), byte> _intact = new();

    private ResultFolder(string directory, ResultDocument document) => (Directory, Document) = (directory, document);

    /// <summary>Where the result lies, a full path.</summary>
    public string Directory { get; }

    /// <summary>The content of <c>result.json</c>.</summary>
    public ResultDocument Document { get; }

    /// <summary>The document's full path.</summary>
    public string DocumentPath => Path.Combine(Directory, DocumentName);

    /// <summary>The array file's full path; null without arrays.</summary>
    public string? ArraysPath => Document.Arrays is { } name ? Path.Combine(Directory, name) : null;

    /// <summary>Keeps a result with a run; one that is there already, made from the same inputs, stays as it is.</summary>
    /// <param name="run">The run.</param>
    /// <param name="document">The result; its array file is filled in here.</param>
    /// <param name="arrays">Adds the arrays; null for none.</param>
    /// <exception cref="TessarException">The run's folder can't be written to, or the disk is full.</exception>
    public static ResultFolder Save(Run run, ResultDocument document, Action<SafetensorsWriter>? arrays = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(document);
        string directory = DirectoryOf(run, document.Job, document.Inputs), path = Path.Combine(directory, DocumentName);
        if (File.Exists(path))
            return Open(directory);
        if (arrays is not null)
        {
            var writer = new SafetensorsWriter();
            arrays(writer);
            string file = Path.Combine(directory, ArraysName);
            writer.Save(file);
            document = document with { Arrays = ArraysName, ArraysSha256 = FileHash.Of(file) };
        }

        SealedJson.Write(path, JsonSerializer.Serialize(document, ResultJson.Default.ResultDocument));
        return new ResultFolder(directory, document);
    }

    /// <summary>Opens a result, of this version or an earlier one.</summary>
    /// <param name="directory">The folder that holds <c>result.json</c>.</param>
    /// <exception cref="FileFormatException">The result is damaged, or of a later schema.</exception>
    /// <exception cref="TessarException">There is none, or it can't be read.</exception>
    public static ResultFolder Open(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        string full = Path.GetFullPath(directory), path = Path.Combine(full, DocumentName);
        return new ResultFolder(full, ReadDocument(path));
    }

    /// <summary>The lens's own answer.</summary>
    /// <param name="type">How it is read.</param>
    /// <exception cref="FileFormatException">It is of another shape.</exception>
    public T Payload<T>(JsonTypeInfo<T> type)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(type);
        try
        {
            return Document.Payload.Deserialize(type) ?? throw new JsonException("null instead of an object");
        }
        catch (JsonException e)
        {
            throw new FileFormatException(DocumentPath, null, $"an answer to `{Document.Job.Question}`", e.Message, Remedy, e);
        }
    }

    /// <summary>Why the result no longer fits the run, as a sentence; null when it does.</summary>
    /// <param name="run">The run it is kept with, as it is now.</param>
    public string? Staleness(Run run) => ResultStaleness.Of(Document.Inputs, run);

    /// <summary>Opens the arrays, after making sure once that they are, byte for byte, those that were written.</summary>
    /// <returns>The file; the caller disposes of it.</returns>
    /// <exception cref="FileFormatException">The arrays were changed, or are damaged.</exception>
    /// <exception cref="TessarException">There are none, or the file is missing.</exception>
    public SafetensorsFile OpenArrays()
    {
        string path = ArraysPath ?? throw new TessarException($"{DocumentPath} has no arrays. {Remedy}", ErrorKind.InputData);
        var file = new FileInfo(path);
        (string, DateTime, long) key = (
            file.FullName, file.Exists ? file.LastWriteTimeUtc : default, file.Exists ? file.Length : 0);
        if (!_intact.ContainsKey(key))
        {
            FileHash.Check(path, Document.ArraysSha256 ?? string.Empty, Remedy);
            _intact.TryAdd(key, 0);
        }

        return SafetensorsFile.Open(path);
    }

    /// <summary>Where the result of a job lies, whether or not it is there.</summary>
    internal static string DirectoryOf(Run run, ResultJob job, ResultInputs inputs) =>
        Path.Combine([
            Root(run),
            .. (job.Question.Contains('/', StringComparison.Ordinal) ? job.Question : job.Method).Split('/'),
            ResultKey.Of(job, inputs)
        ]);

    /// <summary>Where a method or question keeps rows and factors of its own, beside its results.</summary>
    /// <param name="run">The run.</param>
    /// <param name="name">The method's or question's name, such as <c>data/trak</c>.</param>
    internal static string StoreOf(Run run, string name) => Path.Combine([Root(run), .. name.Split('/')]);

    /// <summary>The folder of all results of a run; it may be missing.</summary>
    internal static string Root(Run run) => Path.Combine(run.Directory, "results");

    private static ResultDocument ReadDocument(string path)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            SealedJson.Check(path, bytes, Remedy);
            using JsonDocument json = JsonDocument.Parse(bytes);
            if (EarlierResults.TryRead(json.RootElement, path) is { } earlier)
                return earlier;
            ResultDocument? document = JsonSerializer.Deserialize(bytes, ResultJson.Default.ResultDocument);
            if (document is not { Schema: ResultDocument.CurrentSchema })
            {
                throw new FileFormatException(
                    path, null, $"a result of schema 1 or {ResultDocument.CurrentSchema}", $"schema {document?.Schema}",
                    "Read it with a newer Tessar.");
            }

            return document.Arrays is { } name && name != Path.GetFileName(name)
                ? throw new FileFormatException(
                    path, null, "the name of an array file beside it", $"`{name}`", Remedy) : document;
        }
        catch (JsonException e)
        {
            throw new FileFormatException(path, null, "a result", "something else", Remedy, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException($"{path} can't be read: {e.Message.TrimEnd('.')}. {Remedy}", ErrorKind.InputData, e);
        }
    }
}
