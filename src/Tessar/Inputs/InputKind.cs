using System.Reflection;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Named;

namespace Tessar.Inputs;

/// <summary>Makes inputs of one kind. Found by its <see cref="InputKindAttribute"/>: a new kind needs no other place.</summary>
internal abstract class InputKind
{
    private static readonly Choices<InputKind, InputKindAttribute> _own = In(typeof(InputKind).Assembly);

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
        foreach (string name in _own.Names)
        {
            if (_own.Create(name).From(store, encoding) is { } input)
                return input;
        }

        throw new FileFormatException(
            store.Path, null, string.Join(" or ", _own.All.Select(kind => kind.Mark.Needs)),
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
        Choices<InputKind, InputKindAttribute> known = _own.Has(name)
            ? _own
            : Loaded().FirstOrDefault(kinds => kinds.Has(name)) ?? throw new JsonException(_own.Refusal(name).TrimEnd('.'));
        return known.Create(name).Read(json);
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

    // A program that extends the library may bring kinds of its own; asked for only when a name isn't known here.
    private static IEnumerable<Choices<InputKind, InputKindAttribute>> Loaded()
    {
        Assembly own = typeof(InputKind).Assembly;
        return AppDomain.CurrentDomain.GetAssemblies()
            .Where(assembly => assembly.GetReferencedAssemblies().Any(used => used.Name == own.GetName().Name))
            .Select(In);
    }

    private static Choices<InputKind, InputKindAttribute> In(Assembly assembly) => new("kind of input", assembly);
}
