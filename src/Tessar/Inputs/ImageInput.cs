using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tessar.Examples;
using static TorchSharp.torch;

namespace Tessar.Inputs;

/// <summary>Pictures of one size, as float32 [channels, height, width]: (pixel / 255 − mean) / std, channel by channel.</summary>
/// <remarks>
/// Batches lie channels-last in memory: see <see cref="ImageLayout.ChannelsLast"/>. Stored pictures are raw pixels of the size,
/// or decoded.
/// </remarks>
public sealed class ImageInput : ModelInput
{
    private const int Period = 4096;

    private readonly Lazy<PixelScale> _scale;

    /// <summary>Describes them.</summary>
    /// <param name="image">Their size.</param>
    /// <param name="normalization">How pixels become numbers.</param>
    public ImageInput(ImageShape image, InputNormalization normalization)
    {
        ArgumentNullException.ThrowIfNull(normalization);
        (Image, Normalization) = (image, normalization);
        Shape = [image.Channels, image.Height, image.Width];
        _scale = new Lazy<PixelScale>(() => new PixelScale(normalization));
    }

    /// <summary>Their size.</summary>
    public ImageShape Image { get; }

    /// <summary>How pixels become numbers.</summary>
    public InputNormalization Normalization { get; }

    /// <inheritdoc/>
    public override string Kind => ImageKind.KindName;

    /// <inheritdoc/>
    public override IReadOnlyList<long> Shape { get; }

    /// <summary>The normalisation as a factor and a summand for each channel.</summary>
    internal PixelScale Scale => _scale.Value;

    /// <inheritdoc/>
    internal override string Noun => "images";

    /// <inheritdoc/>
    internal override string Axes => "[batch, channels, height, width]";

    /// <inheritdoc/>
    internal override string SizeText =>
        string.Create(CultureInfo.InvariantCulture, $"{Image.Channels}×{Image.Height}×{Image.Width}");

    /// <inheritdoc/>
    internal override string EncodingName => "the normalisation of the images";

    /// <inheritdoc/>
    internal override string EncodingKey => string.Join(
        ' ', Normalization.Mean.Concat(Normalization.Std).Select(x => x.ToString("R", CultureInfo.InvariantCulture)));

    /// <inheritdoc/>
    internal override object ForConstructor => Image;

    /// <inheritdoc/>
    internal override string? Objection => Image is { Height: > 0, Width: > 0, Channels: >= 1 and <= 4 }
        ? Normalization.Objection(Image.Channels)
        : string.Create(
            CultureInfo.InvariantCulture,
            $"The images have {SizeText} numbers (channels × height × width); they need at least one pixel and 1 to 4 channels.");

    /// <inheritdoc/>
    internal override IEnumerable<(string Name, string Value)> Facts =>
    [
        ("Images", string.Create(
            CultureInfo.InvariantCulture,
            $"{Image.Width} × {Image.Height}, {Image.Channels} channel{(Image.Channels == 1 ? string.Empty : "s")}")),
        ("Normalised by", $"mean {Few(Normalization.Mean)}, std {Few(Normalization.Std)}"),
    ];

    /// <inheritdoc/>
    internal override string ContiguousRemark(string model) =>
        $"{model} doesn't take batches whose channels lie side by side in memory: it gets contiguous ones, which "
        + "are slower to convolve. With reshape or flatten in place of view it may take both.";

    /// <inheritdoc/>
    public override bool Equals(ModelInput? other) =>
        other is ImageInput image && Image == image.Image && Normalization.Equals(image.Normalization);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Image, Normalization);

    /// <inheritdoc/>
    internal override TessarException? MisfitOf(ExampleStore store) => store.Image == Image ? null : new TessarException(
        $"The images of {store.Path} are {store.Image}; {Image} are required. Pass data of the same size, or import it so.",
        ErrorKind.InputData)
    {
        Remedies =
        [
            new(RemedyKind.ImportExamples, null, string.Create(CultureInfo.InvariantCulture, $"{Image.Height}x{Image.Width}")),
        ],
    };

    /// <inheritdoc/>
    internal override StoreColumn ColumnOf(ExampleStore store) => store.ImageColumn;

    /// <inheritdoc/>
    internal override bool IsRaw(ExampleStore store) => store.HasRawImages && store.Image == Image;

    /// <inheritdoc/>
    internal override void Encode(ReadOnlySpan<byte> stored, Span<byte> input) =>
        PixelConversion.Normalize(stored, MemoryMarshal.Cast<byte, float>(input), Scale);

    /// <inheritdoc/>
    internal override void Decode(ExampleSet set, int index, Span<byte> input)
    {
        byte[] room = ArrayPool<byte>.Shared.Rent(Image.Size);
        try
        {
            Span<byte> pixels = room.AsSpan(0, Image.Size);
            set.ReadImage(index, Image, pixels);
            Encode(pixels, input);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    /// <inheritdoc/>
    internal override Tensor NewBatch(int count) => ImageLayout.ChannelsLast(count, Image);

    /// <inheritdoc/>
    private protected override Tensor InMemoryOrder(Tensor batch) => batch.permute(0, 2, 3, 1);

    /// <inheritdoc/>
    /// <remarks>
    /// Numbers of mean 0 and variance 1, as normalised images have, that repeat: what they are doesn't matter. Not blank ones,
    /// which hide both a wrong memory order and a changed input.
    /// </remarks>
    internal override Tensor Noise(int count)
    {
        var stream = new RandomStream(0, "model check");
        var period = new float[Period];
        for (int i = 0; i < period.Length; i++)
            period[i] = (stream.NextSingle() - 0.5f) * 3.4641f;
        var numbers = new float[count * Image.Size];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = period[i % Period];
        Tensor input = NewBatch(count);
        using Tensor values = tensor(numbers);
        using Tensor shaped = values.reshape(input.shape);
        using IDisposable noGradient = no_grad();
        return input.copy_(shaped);
    }

    /// <inheritdoc/>
    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteNumber("height", Image.Height);
        json.WriteNumber("width", Image.Width);
        json.WriteNumber("channels", Image.Channels);
        WriteEncoding(json);
    }

    /// <inheritdoc/>
    internal override void WriteEncoding(Utf8JsonWriter json)
    {
        Write(json, ImageKind.Mean, Normalization.Mean);
        Write(json, ImageKind.Std, Normalization.Std);
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<float> values)
    {
        json.WriteStartArray(name);
        foreach (float value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static string Few(IEnumerable<float> values) =>
        string.Join(", ", values.Select(value => value.ToString("0.####", CultureInfo.InvariantCulture)));
}

/// <summary>Pictures: stores with a column <c>image</c>.</summary>
[InputKind(ImageKind.KindName, "a column `image`")]
internal sealed class ImageKind : InputKind
{
    public const string KindName = "picture";
    public const string Mean = "mean";
    public const string Std = "std";

    /// <inheritdoc/>
    protected override ImageInput? From(ExampleStore store, IReadOnlyDictionary<string, IReadOnlyList<float>> encoding)
    {
        if (!store.HasImages)
            return null;
        if (encoding.Keys.FirstOrDefault(name => name is not (Mean or Std)) is { } unknown)
        {
            throw new TessarException(
                $"The normalisation of images has no `{unknown}`; it has a `{Mean}` and a `{Std}`, one of each per channel.",
                ErrorKind.Usage);
        }

        InputNormalization own = InputNormalization.Of(store);
        return new ImageInput(
            store.Image,
            new InputNormalization(encoding.GetValueOrDefault(Mean, own.Mean), encoding.GetValueOrDefault(Std, own.Std)));
    }

    /// <inheritdoc/>
    protected override ImageInput Read(JsonElement json) => new(
        new ImageShape(Number(json, "height"), Number(json, "width"), Number(json, "channels")),
        new InputNormalization(Numbers(json, Mean), Numbers(json, Std)));

    private static int Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out int number)
        ? number
        : throw new JsonException($"`input.{name}` isn't a whole number");

    private static float[] Numbers(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement values) && values.ValueKind == JsonValueKind.Array
        && values.EnumerateArray().All(value => value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out _))
        ? [.. values.EnumerateArray().Select(value => value.GetSingle())]
        : throw new JsonException($"`input.{name}` isn't a list of numbers");
}
