using System.Text.Json;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Tensors;
using Tessar.Tests.Runs;
using static TorchSharp.torch;

namespace Tessar.Tests.Inputs;

public sealed class ImageInputTests : IDisposable
{
    private static readonly JsonSerializerOptions _encodingAlone = new() { Converters = { new EncodingConverter() } };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Store_of_pictures_gives_their_size_and_the_training_splits_normalization()
    {
        using ExampleStore store = ExampleStore.Open(SmallData.Write(_folder, channels: 3));
        ModelInput input = ModelInput.Of(store);
        Assert.Equal(new ImageInput(new ImageShape(6, 6, 3), InputNormalization.Of(store)), input);
        Assert.Equal(("picture", 108, ElementType.F32), (input.Kind, input.Size, input.ElementType));
        Assert.Equal([3, 6, 6], input.Shape);
        Assert.Equal("picture 3×6×6", input.ToString());
    }

    [Fact]
    public void Numbers_of_the_encoding_are_taken_by_name()
    {
        using ExampleStore store = ExampleStore.Open(SmallData.Write(_folder));
        var own = (ImageInput)ModelInput.Of(store);
        var given = (ImageInput)ModelInput.Of(store, new Dictionary<string, IReadOnlyList<float>> { ["mean"] = [0.25f] });
        Assert.Equal([0.25f], given.Normalization.Mean);
        Assert.Equal(own.Normalization.Std, given.Normalization.Std);
        Assert.NotEqual<ModelInput>(own, given);
        var error = Assert.Throws<TessarException>(() =>
            ModelInput.Of(store, new Dictionary<string, IReadOnlyList<float>> { ["median"] = [0.25f] }));
        Assert.Contains("no `median`; it has a `mean` and a `std`", error.Message, StringComparison.Ordinal);
        var both = (ImageInput)ModelInput.Of(store, new Dictionary<string, IReadOnlyList<float>> { ["std"] = [1f, 2f] });
        Assert.Contains("1 means and 2 standard deviations", both.Objection, StringComparison.Ordinal);
        Assert.Contains("at least one pixel", Images.Of(0, 6, 1).Objection, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_of_another_size_are_refused_with_the_size_to_import()
    {
        using ExampleStore store = ExampleStore.Open(SmallData.Write(_folder));
        var set = ExampleSet.Parse(store, "test");
        var error = Assert.Throws<TessarException>(() => Batches.Inputs(set, [0], Images.Of(8, 7, 1)));
        Assert.Contains("are 6×6 grey; 8×7 grey are required", error.Message, StringComparison.Ordinal);
        Assert.Equal([new Remedy(RemedyKind.ImportExamples, null, "8x7")], error.Remedies);
    }

    [Fact]
    public void Encoding_is_hashed_and_written_for_hashing_as_it_always_was()
    {
        var input = new ImageInput(new ImageShape(28, 28, 1), new InputNormalization([0.2863089f], [0.35401797f]));
        Assert.Equal("0.2863089 0.35401797", input.EncodingKey);
        Assert.Equal("""{"mean":[0.2863089],"std":[0.35401797]}""", JsonSerializer.Serialize<ModelInput>(input, _encodingAlone));
        string json = JsonSerializer.Serialize<ModelInput>(input);
        Assert.Equal(
            """{"kind":"picture","height":28,"width":28,"channels":1,"mean":[0.2863089],"std":[0.35401797]}""", json);
        Assert.Equal(input, JsonSerializer.Deserialize<ModelInput>(json));
    }

    [Fact]
    public void Filling_a_batch_allocates_no_more_for_many_examples_than_for_one()
    {
        using ExampleStore store = ExampleStore.Open(SmallData.Write(_folder));
        ExampleSet set = ExampleSet.Parse(store, "train");
        ModelInput input = ModelInput.Of(store);
        using Tensor one = input.NewBatch(1), many = input.NewBatch(40);
        int[] indices = [.. Enumerable.Range(0, 40)];
        Bytes(one, 1);
        Bytes(many, 40);
        long small = Bytes(one, 1), large = Bytes(many, 40);
        Assert.True(large <= small, $"{small} bytes for one example, {large} for forty");

        long Bytes(Tensor batch, int count)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            input.Fill(batch, set, indices.AsSpan(0, count));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
