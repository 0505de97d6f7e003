using Tessar.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Tests.Tensors;

public sealed class StateDictTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("weights.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Saved_module_is_restored_bit_for_bit_with_its_buffers()
    {
        using var scope = NewDisposeScope();
        using Module<Tensor, Tensor> saved = Normalized();
        saved.call(randn(5, 3)).Dispose(); // moves the running statistics
        StateDict.Save(saved, File, new Dictionary<string, string>(StringComparer.Ordinal) { ["step"] = "12" });
        using Module<Tensor, Tensor> loaded = Normalized();
        Assert.False(StateDict.Sha256(saved) == StateDict.Sha256(loaded));
        StateDict.Load(loaded, File);
        Assert.Equal(StateDict.Sha256(saved), StateDict.Sha256(loaded));
        using SafetensorsFile file = SafetensorsFile.Open(File);
        Assert.Equal("12", file.Metadata["step"]);
        Assert.Contains(file.Entries, e => e.Name == "norm.running_mean");
        Assert.Contains(file.Entries, e => e is { Name: "norm.num_batches_tracked", Type: ElementType.I64, Shape.Count: 0 });
    }

    [Fact]
    public void Strided_parameters_are_stored_row_by_row_and_restored_in_place()
    {
        using var scope = NewDisposeScope();
        Tensor transposed = arange(6, float32).reshape(2, 3).t();
        StateDict.Save(Only("w", transposed), File, metadata: null);
        using SafetensorsFile file = SafetensorsFile.Open(File);
        Assert.Equal([0, 3, 1, 4, 2, 5], file.ReadSingles("w"));
        Tensor target = zeros(2, 3).t();
        StateDict.Load(Only("w", target), file);
        Assert.False(target.is_contiguous());
        Assert.True(target.equal(transposed).all().item<bool>());
    }

    [Fact]
    public void Every_difference_is_named_at_once_and_nothing_is_copied()
    {
        using var scope = NewDisposeScope();
        using Module<Tensor, Tensor> model = Linear(3, 2);
        string before = StateDict.Sha256(model);
        var writer = new SafetensorsWriter();
        writer.Add("weight", new double[] { 1 }, 1, 1);
        writer.Add("weights", new float[6], 2, 3);
        writer.Save(File);
        var error = Assert.Throws<TessarException>(() => StateDict.Load(model, File));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Equal(
            $"{File} doesn't fit the model (4 differences): `bias` [2] is missing; `weights` isn't part of the model; "
            + "`weight` has shape [1, 1], required is [2, 3]; `weight` is F64, required is F32. "
            + "Pass weights of this model, or the model these weights belong to.",
            error.Message);
        Assert.Equal(before, StateDict.Sha256(model));
    }

    [Fact]
    public void Prefix_before_every_name_is_recognized()
    {
        using Module<Tensor, Tensor> model = Linear(3, 2);
        var writer = new SafetensorsWriter();
        writer.Add("module.weight", new float[6], 2, 3);
        writer.Add("module.bias", new float[2], 2);
        writer.Save(File);
        var error = Assert.Throws<TessarException>(() => StateDict.Load(model, File));
        Assert.EndsWith(
            "Every name in the file begins with `module.`: remove that prefix when saving, or strip it while importing.",
            error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Value_that_is_not_finite_is_refused_on_loading_and_on_saving(float value)
    {
        using var scope = NewDisposeScope();
        using Module<Tensor, Tensor> model = Linear(7, 3);
        string before = StateDict.Sha256(model);
        float[] weight = new float[21];
        weight[17] = value;
        weight[20] = value;
        var writer = new SafetensorsWriter();
        writer.Add("weight", weight, 3, 7);
        writer.Add("bias", new float[3], 3);
        writer.Save(File);
        var error = Assert.Throws<NumericalException>(() => StateDict.Load(model, File));
        Assert.Contains("`weight` isn't finite at [2, 3]", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, StateDict.Sha256(model));

        using (no_grad())
            model.state_dict()["bias"][1] = value;
        string other = _folder.File("other.safetensors");
        Assert.Contains(
            "`bias` isn't finite at [1]", Assert.Throws<NumericalException>(() => StateDict.Save(model, other)).Message,
            StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(other));
    }

    [Theory]
    [InlineData(ElementType.F64, 8, 0x7ff0000000000000UL, 0x7fe0000000000000UL)]
    [InlineData(ElementType.F32, 4, 0xff800000UL, 0x7f7fffffUL)]
    [InlineData(ElementType.F16, 2, 0x7c01UL, 0x7bffUL)]
    [InlineData(ElementType.BF16, 2, 0xff81UL, 0x7f7fUL)]
    public void First_number_that_is_not_finite_is_found_at_any_index(ElementType type, int size, ulong bad, ulong largest)
    {
        for (int index = 0; index < 40; index++)
        {
            byte[] bytes = new byte[40 * size];
            for (int i = 0; i < 40; i++)
                BitConverter.GetBytes(largest).AsSpan(0, size).CopyTo(bytes.AsSpan(i * size));
            Assert.Null(NonFinite.FirstIn(type, bytes));
            BitConverter.GetBytes(bad).AsSpan(0, size).CopyTo(bytes.AsSpan(index * size));
            Assert.Equal(index, NonFinite.FirstIn(type, bytes));
        }
    }

    [Fact]
    public void Types_without_a_place_in_the_format_are_named()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<TessarException>(
            () => StateDict.Save(Only("z", zeros(2, complex64)), File, metadata: null));
        Assert.Contains("`z` is of type ComplexFloat32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Saving_loading_and_hashing_leave_no_tensors_behind()
    {
        using Module<Tensor, Tensor> model = Normalized();
        TensorBalance.Holds(() =>
        {
            StateDict.Save(model, File);
            StateDict.Load(model, File);
            StateDict.Sha256(model);
        });
    }

    private static Dictionary<string, Tensor> Only(string name, Tensor tensor) => new(StringComparer.Ordinal) { [name] = tensor };

    private static Module<Tensor, Tensor> Normalized() =>
        Sequential(("first", Linear(3, 4)), ("norm", BatchNorm1d(4)), ("last", Linear(4, 2)));
}
