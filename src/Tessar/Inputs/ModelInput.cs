using System.Text.Json;
using System.Text.Json.Serialization;
using Tessar.Examples;
using Tessar.Tensors;
using static TorchSharp.torch;

namespace Tessar.Inputs;

/// <summary>
/// What a model's forward takes: the shape and type of one example, and the encoding that turns stored values into it.
/// </summary>
/// <remarks>
/// Everything that trains, replays or explains speaks of inputs through this class. A kind of input is one file: a class derived
/// from this and an <see cref="InputKind"/> that makes it of a store and of <c>run.json</c>. Immutable, and safe from several
/// threads.
/// </remarks>
[JsonConverter(typeof(ModelInputConverter))]
public abstract class ModelInput : IEquatable<ModelInput>
{
    private protected ModelInput()
    {
    }

    /// <summary>The kind by name, as it stands in <c>run.json</c>: <c>picture</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Shape of one example: of a picture [channels, height, width].</summary>
    public abstract IReadOnlyList<long> Shape { get; }

    /// <summary>Type of its numbers; <see cref="ElementType.F32"/> unless the kind says otherwise.</summary>
    public virtual ElementType ElementType => ElementType.F32;

    /// <summary>Numbers of one example: the product of <see cref="Shape"/>.</summary>
    public int Size => (int)Shape.Aggregate(1L, (product, dimension) => checked(product * dimension));

    /// <summary>What several of them are called in messages: <c>images</c>.</summary>
    internal abstract string Noun { get; }

    /// <summary>The axes of a batch, for messages: <c>[batch, channels, height, width]</c>.</summary>
    internal abstract string Axes { get; }

    /// <summary>One example in few words, for messages: <c>1×28×28</c>.</summary>
    internal abstract string SizeText { get; }

    /// <summary>What the encoding is called in messages: <c>the normalisation of the images</c>.</summary>
    internal abstract string EncodingName { get; }

    /// <summary>The encoding as text: part of keys by which answers are found again, so it never changes for a kind.</summary>
    internal abstract string EncodingKey { get; }

    /// <summary>What of it can't be, as a sentence that says what to give; null when nothing.</summary>
    internal abstract string? Objection { get; }

    /// <summary>What a person should know of a model that takes contiguous batches alone, as sentences.</summary>
    internal abstract string ContiguousRemark(string model);

    /// <summary>What a person reads about it beside a run.</summary>
    internal abstract IEnumerable<(string Name, string Value)> Facts { get; }

    /// <summary>
    /// What a constructor of a module may take in place of this, such as an <see cref="ImageShape"/>; null when there is nothing.
    /// </summary>
    internal virtual object? ForConstructor => null;

    private protected ScalarType Type => ElementType switch
    {
        ElementType.F32 => ScalarType.Float32,
        ElementType.I64 => ScalarType.Int64,
        _ => throw new InvalidOperationException($"Inputs of type {ElementType} aren't made."),
    };

    /// <summary>The input that a store's examples are, encoded as its training split suggests.</summary>
    /// <param name="store">The data.</param>
    /// <param name="encoding">
    /// Numbers of the encoding that are to be others, by name: of pictures <c>mean</c> and <c>std</c>, one per channel.
    /// </param>
    /// <exception cref="ArgumentException">There is no split <c>train</c>.</exception>
    /// <exception cref="FileFormatException">The store holds no examples of a kind that models take.</exception>
    /// <exception cref="TessarException">The encoding has no numbers of such a name.</exception>
    public static ModelInput Of(ExampleStore store, IReadOnlyDictionary<string, IReadOnlyList<float>>? encoding = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        return InputKind.Of(store, encoding ?? new Dictionary<string, IReadOnlyList<float>>(StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public abstract bool Equals(ModelInput? other);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as ModelInput);

    /// <inheritdoc/>
    public abstract override int GetHashCode();

    /// <summary>The kind and the size of one example.</summary>
    public override string ToString() => $"{Kind} {SizeText}";

    /// <summary>What keeps a store's examples from being this input, with the way out; null when nothing does.</summary>
    internal abstract TessarException? MisfitOf(ExampleStore store);

    /// <summary>The column that holds the examples.</summary>
    internal abstract StoreColumn ColumnOf(ExampleStore store);

    /// <summary>Whether rows of that column are read as they lie; otherwise they have to be decoded.</summary>
    internal virtual bool IsRaw(ExampleStore store) => true;

    /// <summary>Encodes a row that is read as it lies. Calls no torch.</summary>
    /// <param name="stored">The row's bytes.</param>
    /// <param name="input">The bytes of one example of a batch, in the order of <see cref="NewBatch"/>; overwritten.</param>
    internal abstract void Encode(ReadOnlySpan<byte> stored, Span<byte> input);

    /// <summary>Decodes and encodes an example of a store whose rows aren't read as they lie. Calls no torch.</summary>
    internal virtual void Decode(ExampleSet set, int index, Span<byte> input) =>
        throw new InvalidOperationException($"Rows of {Noun} are never decoded.");

    /// <summary>Members of the kind in <c>run.json</c>, besides its name.</summary>
    internal abstract void WriteMembers(Utf8JsonWriter json);

    /// <summary>The encoding's members alone, as they stood before the kind was recorded: keys are made of them.</summary>
    internal abstract void WriteEncoding(Utf8JsonWriter json);

    /// <summary>A batch that looks like many of the data, to try a model with; the caller disposes of it.</summary>
    internal abstract Tensor Noise(int count);

    /// <summary>
    /// A tensor for some examples, uninitialised, in the memory order that most models take best; the caller disposes of it.
    /// </summary>
    internal virtual Tensor NewBatch(int count) => NewContiguousBatch(count);

    /// <summary>The same with the last axis side by side in memory.</summary>
    internal Tensor NewContiguousBatch(int count) => empty([count, .. Shape], Type);

    /// <summary>The numbers of a <see cref="NewBatch"/>, or of the first examples of one, as they lie in memory; a handle of its
    /// own.</summary>
    private protected virtual Tensor InMemoryOrder(Tensor batch) => batch.alias();

    /// <summary>Fills a batch; costs no allocation that grows with it.</summary>
    /// <param name="batch">From <see cref="NewBatch"/>, or the first examples of it; overwritten.</param>
    /// <param name="set">Where the examples are.</param>
    /// <param name="indices">Which of them, each in [0, set.Count).</param>
    /// <exception cref="TessarException">The examples aren't of this kind or shape.</exception>
    internal void Fill(Tensor batch, ExampleSet set, ReadOnlySpan<int> indices)
    {
        if (MisfitOf(set.Store) is { } misfit)
            throw misfit;
        using Tensor inMemoryOrder = InMemoryOrder(batch);
        Span<byte> bytes = inMemoryOrder.bytes;
        int each = bytes.Length / (int)Math.Max(1, batch.shape[0]);
        bool isRaw = IsRaw(set.Store);
        StoreColumn column = ColumnOf(set.Store);
        for (int i = 0; i < indices.Length; i++)
            Read(set, indices[i], isRaw ? set.Store.Row(column, set.Row(indices[i])) : default, bytes.Slice(i * each, each));
    }

    /// <summary>Encodes one example. Calls no torch.</summary>
    /// <param name="set">Where it is.</param>
    /// <param name="index">In [0, set.Count).</param>
    /// <param name="raw">Its row as it lies in the file; empty when it has to be decoded.</param>
    /// <param name="input">Its bytes in a batch, in the order of <see cref="NewBatch"/>; overwritten.</param>
    internal void Read(ExampleSet set, int index, ReadOnlySpan<byte> raw, Span<byte> input)
    {
        if (raw.IsEmpty)
            Decode(set, index, input);
        else
            Encode(raw, input);
    }
}
