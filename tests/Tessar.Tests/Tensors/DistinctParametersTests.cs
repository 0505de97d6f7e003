using Tessar.Examples;
using Tessar.Tensors;
using Tessar.Tests.Data.UserModels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Tests.Tensors;

public sealed class DistinctParametersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tied_parameters_count_once_whichever_layer_took_the_others()
    {
        using nn.Module<Tensor, Tensor> one = new HeadTakesWords(3), other = new WordsTakeHead(3), layers = new TiedLayers(
            new ImageShape(8, 8, 1), 3);
        Assert.Equal(15, DistinctParameters.CountTrained(one));
        Assert.Equal(15, DistinctParameters.CountTrained(other));
        Assert.Equal(16 * 16 + 16 + 16 + 16 * 3 + 3, DistinctParameters.CountTrained(layers));
        Assert.Single(DistinctParameters.Of(one));
        Assert.Single(DistinctParameters.Of(other));
    }

    [Fact]
    public void State_dict_keeps_both_names_and_refuses_two_values_for_one_tensor()
    {
        using var model = new TiedLayers(new ImageShape(8, 8, 1), 3);
        string path = _folder.File("tied.safetensors");
        StateDict.Save(model, path);
        using (SafetensorsFile file = SafetensorsFile.Open(path))
            Assert.Equal(file.ReadSingles("first.weight"), file.ReadSingles("second.weight"));
        StateDict.Load(model, path);

        var writer = new SafetensorsWriter();
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            foreach (TensorEntry entry in file.Entries)
            {
                float[] values = file.ReadSingles(entry.Name);
                if (entry.Name == "second.weight")
                    values[7] += 1;
                writer.Add(entry.Name, values, [.. entry.Shape]);
            }

            writer.Save(_folder.File("two.safetensors"));
        }

        TessarException e = Assert.Throws<TessarException>(() => StateDict.Load(model, _folder.File("two.safetensors")));
        Assert.Contains(
            "`first.weight` and `second.weight` are one tensor in the model but differ in the file", e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Trained_parameters_that_share_memory_without_being_one_are_refused()
    {
        using nn.Module<Tensor, Tensor> copied = new SharesMemory(Share.Detached), half = new SharesMemory(Share.Part),
            frozen = new SharesMemory(Share.Frozen);
        foreach (nn.Module<Tensor, Tensor> model in (nn.Module<Tensor, Tensor>[])[copied, half])
        {
            TessarException e = Assert.Throws<TessarException>(() => DistinctParameters.Of(model));
            Assert.Contains("`a` [4] and `b`", e.Message, StringComparison.Ordinal);
            Assert.Contains("share memory", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(4, DistinctParameters.CountTrained(frozen));
    }

    private enum Share
    {
        Detached,
        Part,
        Frozen,
    }

    private sealed class SharesMemory : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter a;
        private readonly Parameter b;

        public SharesMemory(Share share)
            : base(nameof(SharesMemory))
        {
            a = new Parameter(ones(4));
            b = new Parameter(
                share == Share.Part ? a.detach().narrow(0, 1, 2) : a.detach(), requires_grad: share != Share.Frozen);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => input * a.sum() * b.sum();
    }
}
