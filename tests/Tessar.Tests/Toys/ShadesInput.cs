using System.Runtime.InteropServices;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Inputs;
using static TorchSharp.torch;

namespace Tessar.Tests.Toys;

/// <summary>A kind of input that exists in this assembly alone: the mean shade of each row of a picture, less one half.</summary>
internal sealed class ShadesInput(int rows) : ModelInput
{
    public override string Kind => "shades";

    public override IReadOnlyList<long> Shape { get; } = [rows];

    internal override string Noun => "shades";

    internal override string Axes => "[batch, rows]";

    internal override string SizeText => $"{rows}";

    internal override string EncodingName => "the encoding of the shades";

    internal override string EncodingKey => $"shades {rows}";

    internal override string? Objection => rows < 1 ? "Shades need at least one row." : null;

    internal override IEnumerable<(string Name, string Value)> Facts => [("Shades", $"{rows}")];

    public override bool Equals(ModelInput? other) => other is ShadesInput shades && shades.Shape[0] == rows;

    public override int GetHashCode() => rows;

    internal override string ContiguousRemark(string model) => $"{model} gets contiguous shades.";

    internal override TessarException? MisfitOf(ExampleStore store) =>
        store.Image.Height == rows ? null : new TessarException($"{store.Path} hasn't {rows} rows.", ErrorKind.InputData);

    internal override StoreColumn ColumnOf(ExampleStore store) => store.Column("image");

    internal override void Encode(ReadOnlySpan<byte> stored, Span<byte> input)
    {
        Span<float> shades = MemoryMarshal.Cast<byte, float>(input);
        int width = stored.Length / rows;
        for (int y = 0; y < rows; y++)
        {
            int sum = 0;
            foreach (byte pixel in stored.Slice(y * width, width))
                sum += pixel;
            shades[y] = (sum / (255f * width)) - 0.5f;
        }
    }

    internal override void WriteMembers(Utf8JsonWriter json) => json.WriteNumber("rows", rows);

    internal override void WriteEncoding(Utf8JsonWriter json) => WriteMembers(json);

    internal override Tensor Noise(int count) => rand([count, rows]);
}

internal sealed class ShadesKind : InputKind
{
    public override string Name => "shades";

    public override string Needs => "a column `image`";

    protected override ModelInput? From(ExampleStore store, IReadOnlyDictionary<string, IReadOnlyList<float>> encoding) => null;

    protected override ModelInput Read(JsonElement json) => new ShadesInput(json.GetProperty("rows").GetInt32());
}
