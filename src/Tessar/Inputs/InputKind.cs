using System.Reflection;
using System.Text.Json;
using Tessar.Examples;

namespace Tessar.Inputs;

/// <summary>Makes inputs of one kind. Found by its class: a new kind needs no other place.</summary>
internal abstract class InputKind
{
    private static readonly Lazy<InputKind[]> _own = new(() => [.. In(typeof(InputKind).Assembly)]);

    /// <summary>The kind's name, as it stands in <c>run.json</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What a store needs to hold inputs of this kind: <c>a column `image`</c>.</summary>
    public abstract string Needs { get; }

    /// <summary>The input that a store's examples are.</summary>
    /// <param name="store">The data.</param>
    /// <param name="encoding">Numbers of the encoding that are to be others than the training split suggests, by name.</param>
    /// <returns>Null when the store holds nothing of this kind.</returns>
    /// <exception cref="TessarException">The encoding has no numbers of such a name.</exception>
    protected abstract ModelInput? From(ExampleStore store, IReadOnlyDictionary<string, IReadOnlyList<float>> encoding);

    /// <summary>The input that <c>run.json</c> describes.</summary>
    /// <exception cref="JsonException">A member is missing or of another type.</exception>
    protected abstract ModelInput Read(JsonElement json);

    /// <inheritdoc cref="ModelInput.Of"/>
    public static ModelInput Of(ExampleStore store, IReadOnlyDictionary<string, IReadOnlyList<float>> encoding)
    {
        foreach (InputKind kind in _own.Value)
        {
            if (kind.From(store, encoding) is { } input)
                return input;
        }

        throw new FileFormatException(
            store.Path, null, string.Join(" or ", _own.Value.Select(kind => kind.Needs)),
            string.Join(", ", store.Manifest.Columns.Select(column => column.Name)),
            "Import the data again with images and labels.");
    }

    /// <summary>Reads an input by the kind that it names.</summary>
    /// <exception cref="JsonException">There is no such kind, or its members aren't those of the kind.</exception>
    public static ModelInput Parse(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("kind", out JsonElement kind)
            || kind.ValueKind != JsonValueKind.String)
            throw new JsonException("`input` names no `kind`, such as \"picture\"");
        string name = Text(kind);
        InputKind found = Named(_own.Value, name) ?? Named(Loaded(), name) ?? throw new JsonException(
            $"`input` is of the kind `{name}`; known are {string.Join(", ", _own.Value.Select(known => known.Name))}");
        return found.Read(json);
    }

    // Bytes that aren't UTF-8 are found where a text is made of them.
    private static string Text(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("`input.kind` isn't a text", e);
        }
    }

    private static InputKind? Named(IEnumerable<InputKind> kinds, string name) => kinds.FirstOrDefault(kind => kind.Name == name);

    // A program that extends the library may bring kinds of its own; asked for only when a name isn't known here.
    private static IEnumerable<InputKind> Loaded()
    {
        Assembly own = typeof(InputKind).Assembly;
        return AppDomain.CurrentDomain.GetAssemblies()
            .Where(assembly => assembly.GetReferencedAssemblies().Any(used => used.Name == own.GetName().Name))
            .SelectMany(In);
    }

    private static IEnumerable<InputKind> In(Assembly assembly) => assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(InputKind)) && !type.IsAbstract)
        .OrderBy(type => type.FullName, StringComparer.Ordinal)
        .Select(type => (InputKind)Activator.CreateInstance(type)!);
}
