using Tessar.Autograd.LayerRules;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Tests.Inputs;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Tests.Models;

public sealed class ModelFeedTests
{
    private static readonly ImageInput _color = Images.Of(6, 6, 3);
    private static readonly ImageInput _gray = Images.Of(6, 6, 1);

    public static TheoryData<Type, bool, bool> Odd => new()
    {
        { typeof(PlainTwin), false, false },
        { typeof(ViewsInput), true, false },
        { typeof(ChangesInput), false, true },
        { typeof(ReshapesInput), false, true },
        { typeof(DisposesInput), false, true },
        { typeof(GroupNormFirst), true, false },
        { typeof(SequenceFirst), false, false },
    };

    [Theory]
    [MemberData(nameof(Odd))]
    public void How_a_model_wants_its_inputs_is_found_out(Type type, bool channelsFirst, bool copies)
    {
        // Views of three channels in one are a matter of order alone.
        ImageInput input = type == typeof(SequenceFirst) ? _gray : _color;
        (Module<Tensor, Tensor> model, ModelFeed feed) = Source(type).Build(
            input, Tessar.Tasks.TaskCatalog.Of(name: null, ["a", "b", "c"]), seed: 1, feed: null);
        using (model)
            Assert.Equal(new ModelFeed(channelsFirst, copies), feed);
    }

    [Theory]
    [InlineData(typeof(ViewsInput))]
    [InlineData(typeof(ChangesInput))]
    [InlineData(typeof(ReshapesInput))]
    [InlineData(typeof(DisposesInput))]
    public void Whatever_a_model_does_to_its_input_the_batch_stays_and_the_answer_is_that_of_its_tidy_twin(Type type)
    {
        using var scope = NewDisposeScope();
        using Module<Tensor, Tensor> model = Source(type).Create(_color, 3, seed: 1), twin = Source(typeof(PlainTwin))
            .Create(_color, 3, seed: 1);
        using Tensor batch = ImageLayout.ChannelsLast(4, _color.Image);
        batch.copy_(randn(4, 3, 6, 6));
        Tensor before = batch.clone();
        (long[] shape, long[] strides) = (batch.shape, batch.stride());
        Tensor first = model.call(batch), second = model.call(batch);
        Assert.Equal(shape, batch.shape);
        Assert.Equal(strides, batch.stride());
        Assert.False(batch.ne(before).any().item<bool>());
        Assert.False(first.ne(second).any().item<bool>());
        Assert.Equal(0, (twin.call(batch) - first).abs().max().item<float>(), 1e-5);
    }

    [Fact]
    public void One_channel_in_either_order_gets_ordinary_strides()
    {
        using var scope = NewDisposeScope();
        Tensor images = ImageLayout.ChannelsLast(2, _gray.Image);
        images.copy_(randn(2, 1, 6, 6));
        Assert.True(images.is_contiguous()); // which is why contiguous() would leave it
        Assert.False(ImageLayout.IsOrdinary(images));
        Tensor ordinary = ImageLayout.ChannelsFirst(images);
        Assert.True(ImageLayout.IsOrdinary(ordinary));
        Assert.Equal([36L, 36, 6, 1], ordinary.stride());
        Assert.False(ordinary.ne(images).any().item<bool>());
    }

    // With the images as they lie in memory libtorch would end this process.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Backward_pass_of_a_group_norm_on_images_does_not_end_the_process(int channels)
    {
        using var scope = NewDisposeScope();
        var image = new ImageShape(6, 6, channels);
        using Module<Tensor, Tensor> model = Source(typeof(GroupNormFirst)).Create(Images.Of(image), 3);
        for (int i = 0; i < 20; i++)
        {
            using var step = NewDisposeScope();
            Tensor batch = ImageLayout.ChannelsLast(16, image);
            batch.copy_(randn(16, channels, 6, 6));
            Tensor?[] gradients = Tessar.Autograd.Gradient.OfUsed(model.call(batch).square().sum(), [.. model.parameters()]);
            Assert.All(gradients, gradient => Assert.True(gradient!.isfinite().all().item<bool>()));
        }
    }

    [Fact]
    public void Assembly_that_calls_a_function_by_name_is_known_by_it()
    {
        Assert.True(UserAssembly.Mentions(typeof(GroupNormRule).Assembly, "group_norm"));
        Assert.False(UserAssembly.Mentions(typeof(ModelFeedTests).Assembly, "group" + "_norm"));
    }

    [Fact]
    public void Remark_says_what_is_done_and_how_to_do_without()
    {
        Assert.Null(ModelFeed.Ordinary.Remark("Model `a`", _gray));
        string both = new ModelFeed(ChannelsFirst: true, Copies: true).Remark("Model `a`", _gray)!;
        Assert.Contains("Model `a` doesn't take batches", both, StringComparison.Ordinal);
        Assert.Contains("reshape or flatten", both, StringComparison.Ordinal);
        Assert.Contains("changes its input in place", both, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(AnswersNull), "answered null to a batch of 2; a tensor is required")]
    [InlineData(typeof(AnswersDisposed), "it has disposed of")]
    public void Model_without_an_answer_is_refused(Type type, string reason)
    {
        TessarException error = Assert.Throws<TessarException>(() => Source(type).Create(_gray, 3));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Finding_out_leaves_no_tensors_behind() => TensorBalance.HoldsButFor(parametersBuilt: 4 * 4, () =>
    {
        foreach (Type type in new[] { typeof(ViewsInput), typeof(ChangesInput), typeof(PlainTwin), typeof(DisposesInput) })
            Source(type).Create(_color, 3).Dispose();
    });

    internal static ModelSource Source(Type type) => ModelSource.Parse(Name(type));

    internal static string Name(Type type) => $"{type.Assembly.Location}#{type.FullName}";
}
