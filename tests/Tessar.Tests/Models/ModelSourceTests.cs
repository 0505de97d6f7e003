using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Tensors;
using Tessar.Tests.Inputs;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Tests.Models;

public sealed class ModelSourceTests
{
    private static readonly ImageInput _gray = Images.Of(28, 28, 1);
    private static readonly string _own = typeof(ModelSourceTests).Assembly.Location;

    [Theory]
    [InlineData("logistic", 7_850)]
    [InlineData("mlp", 109_386)]
    [InlineData("cnn", 421_642)]
    [InlineData("resnet9", 2_273_728)]
    public void Zoo_model_has_the_documented_number_of_parameters(string name, long parameters)
    {
        using Module<Tensor, Tensor> model = ModelSource.Parse(name).Create(_gray, 10);
        Assert.Equal(parameters, model.parameters().Sum(p => p.numel()));
    }

    [Fact]
    public void Cnn_has_the_names_and_layouts_of_its_PyTorch_twin()
    {
        using Module<Tensor, Tensor> model = ModelSource.Parse("cnn").Create(_gray, 10);
        Assert.Equal(
            [
                "conv1.bias [32]", "conv1.weight [32,1,3,3]", "conv2.bias [64]", "conv2.weight [64,32,3,3]",
                "fc1.bias [128]", "fc1.weight [128,3136]", "fc2.bias [10]", "fc2.weight [10,128]",
            ],
            model.state_dict().Select(pair => $"{pair.Key} [{string.Join(',', pair.Value.shape)}]").Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ZooAndShapes))]
    public void Zoo_model_takes_images_of_any_size(string name, int height, int width, int channels, int classes)
    {
        using var scope = NewDisposeScope();
        using Module<Tensor, Tensor> model = ModelSource.Parse(name).Create(Images.Of(height, width, channels), classes);
        Assert.Equal([3, classes], model.call(randn(3, channels, height, width)).shape);
    }

    public static TheoryData<string, int, int, int, int> ZooAndShapes()
    {
        var cases = new TheoryData<string, int, int, int, int>();
        foreach (string name in ModelSource.ZooNames)
        {
            cases.Add(name, 28, 28, 1, 10);
            cases.Add(name, 32, 32, 3, 100);
            cases.Add(name, 11, 14, 2, 2);
            if (name == "resnet9")
                continue;
            cases.Add(name, 7, 5, 2, 2);
            cases.Add(name, 4, 4, 1, 1);
        }

        return cases;
    }

    [Fact]
    public void Resnet9_is_the_network_that_is_published_with_CIFAR10()
    {
        using Module<Tensor, Tensor> model = ModelSource.Parse("resnet9").Create(Images.Of(32, 32, 3), 10);
        Assert.Equal(2_274_880, model.parameters().Sum(p => p.numel()));
        Assert.Equal(
            [
                "conv1.conv.weight [64,3,3,3]", "conv2.conv.weight [128,64,5,5]", "conv3.conv.weight [256,128,3,3]",
                "conv4.conv.weight [128,256,3,3]", "fc.weight [10,128]", "residual1.conv1.conv.weight [128,128,3,3]",
                "residual1.conv2.conv.weight [128,128,3,3]", "residual2.conv1.conv.weight [256,256,3,3]",
                "residual2.conv2.conv.weight [256,256,3,3]",
            ],
            model.named_parameters().Where(p => p.parameter.dim() > 1)
                .Select(p => $"{p.name} [{string.Join(',', p.parameter.shape)}]").Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    [Fact]
    public void Resnet9_refuses_images_that_are_too_small_for_it() =>
        Assert.Contains(
            "11×11",
            Assert.Throws<TessarException>(() => ModelSource.Parse("resnet9").Create(Images.Of(10, 28, 1), 10)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Logistic_is_an_affine_map_of_the_pixels()
    {
        using var scope = NewDisposeScope();
        using Module<Tensor, Tensor> model = ModelSource.Parse("logistic").Create(Images.Of(2, 2, 1), 2);
        Dictionary<string, Tensor> state = model.state_dict();
        using (no_grad())
        {
            state["fc1.weight"].copy_(tensor(new float[] { 1, 2, 3, 4, 0, 0, 0, -1 }).reshape(2, 4));
            state["fc1.bias"].copy_(tensor(new float[] { 0.5f, 10 }));
        }

        Assert.Equal(
            [1 + 4 + 9 + 16 + 0.5f, 10 - 4],
            model.call(tensor(new float[] { 1, 2, 3, 4 }).reshape(1, 1, 2, 2)).data<float>().ToArray());
    }

    [Fact]
    public void Initial_weights_depend_on_the_seed_and_nothing_else()
    {
        Assert.Equal(Fingerprint(7), Fingerprint(7));
        Assert.False(Fingerprint(7) == Fingerprint(8));

        static string Fingerprint(ulong seed)
        {
            rand(3).Dispose();
            using Module<Tensor, Tensor> model = ModelSource.Parse("mlp").Create(_gray, 10, seed);
            return StateDict.Sha256(model);
        }
    }

    [Fact]
    public void Building_and_checking_leaves_no_tensors_behind() =>
        TensorBalance.HoldsButFor(parametersBuilt: 2 + 6 + 6 + 8 + 25, () =>
        {
            foreach (string name in ModelSource.ZooNames)
            {
                using Module<Tensor, Tensor> model = ModelSource.Parse(name).Create(_gray, 10);
                Assert.True(model.training);
            }
        });

    [Fact]
    public void Unknown_zoo_name_suggests_the_nearest()
    {
        var error = Assert.Throws<TessarException>(() => ModelSource.Parse("cmn"));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Contains("`cmn`. Did you mean `cnn`?", error.Message, StringComparison.Ordinal);
        Assert.Contains("cnn, logistic, mlp", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Image_too_small_for_the_cnn_names_its_size()
    {
        var error = Assert.Throws<TessarException>(() => ModelSource.Parse("cnn").Create(Images.Of(3, 28, 1), 10));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains("these have 3×28", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(NoArguments))]
    [InlineData(typeof(ClassesOnly))]
    [InlineData(typeof(ImageAndClasses))]
    [InlineData(typeof(InputAndClasses))]
    [InlineData(typeof(ImageInputAndClasses))]
    public void User_module_is_found_and_built(Type type)
    {
        ModelSource source = ModelSource.Parse($"{_own}#{type.FullName}");
        Assert.Equal($"{_own}#{type.FullName}", source.Name);
        using Module<Tensor, Tensor> model = source.Create(Images.Of(2, 2, 1), 3);
        Assert.Equal(type.Name, model.GetType().Name);
    }

    [Fact]
    public void User_module_of_a_foreign_assembly_is_loaded_apart_once_but_shares_TorchSharp()
    {
        using var folder = new TemporaryFolder();
        string foreign = folder.File("user.dll");
        File.Copy(_own, foreign);
        using Module<Tensor, Tensor> model = ModelSource.Parse($"{foreign}#{typeof(ClassesOnly).FullName}")
            .Create(Images.Of(2, 2, 1), 3);
        using Module<Tensor, Tensor> again = ModelSource.Parse($"{foreign}#{typeof(ClassesOnly).FullName}")
            .Create(Images.Of(2, 2, 1), 3);
        Assert.Equal((nameof(ClassesOnly), foreign), (model.GetType().Name, model.GetType().Assembly.Location));
        Assert.IsNotType<ClassesOnly>(model);
        Assert.Same(model.GetType(), again.GetType());
        Assert.IsType<ClassesOnly>(ModelSource.Parse($"{_own}#{typeof(ClassesOnly).FullName}").Create(Images.Of(2, 2, 1), 3))
            .Dispose();
    }

    [Theory]
    [InlineData("/no/such/file.dll#My.Net", "/no/such/file.dll")]
    [InlineData("OWN#Tessar.Tests.Models.NoArgument", "Did you mean `Tessar.Tests.Models.NoArguments`?")]
    [InlineData("OWN#Tessar.Tests.Models.ModelSourceTests", "is no model")]
    [InlineData("OWN#", "no public type ``")]
    [InlineData("OWN.txt#My.Net", "can't be loaded as a .NET assembly")]
    public void Unusable_assembly_is_named(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        string foreign = folder.File("foreign.dll");
        File.WriteAllText(foreign, "not an assembly");
        text = text.Replace("OWN.txt", foreign, StringComparison.Ordinal).Replace("OWN", _own, StringComparison.Ordinal);
        var error = Assert.Throws<TessarException>(() => ModelSource.Parse(text));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        typeof(NoConstructor), "(Tessar.Examples.ImageShape image, int classes) or (Tessar.Inputs.ModelInput input, int classes)",
        0)]
    [InlineData(typeof(Throwing), "the moon is full (InvalidOperationException in its constructor)", 2)]
    [InlineData(typeof(WrongInput), "[2, 1, 2, 2]", 2)]
    [InlineData(typeof(WrongOutput), "into [2, 5]; the data has 3 classes, so [2, 3] is required", 2)]
    [InlineData(typeof(WrongType), "Float64", 2)]
    public void Unusable_module_is_named_and_leaves_no_tensors_behind(Type type, string expected, int parameters) =>
        TensorBalance.HoldsButFor(parameters, () =>
        {
            ModelSource source = ModelSource.Parse($"{_own}#{type.FullName}");
            var error = Assert.Throws<TessarException>(() => source.Create(Images.Of(2, 2, 1), 3));
            Assert.Equal(ErrorKind.InputData, error.Kind);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        });
}

#pragma warning disable MA0056 // TorchSharp registers components in constructors

// Models of an imaginary user, found by name

public class ImageAndClasses : Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear last;

    public ImageAndClasses(ImageShape image, int classes)
        : base(nameof(ImageAndClasses))
    {
        last = Linear(image.Height * image.Width * image.Channels, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor flat = input.flatten(1);
        return last.call(flat);
    }
}

public sealed class InputAndClasses(ModelInput input, int classes)
    : ImageAndClasses(new ImageShape(input.Size, 1, 1), classes);

public sealed class ImageInputAndClasses(ImageInput input, int classes) : ImageAndClasses(input.Image, classes);

public class ClassesOnly(int classes) : ImageAndClasses(new ImageShape(2, 2, 1), classes);

public sealed class NoArguments() : ClassesOnly(3);

public sealed class NoConstructor(string text) : ClassesOnly(text.Length);

public sealed class Throwing : ClassesOnly
{
    public Throwing()
        : base(3) => throw new InvalidOperationException("the moon is full");
}

public sealed class WrongInput() : ImageAndClasses(new ImageShape(9, 9, 1), 3);

public sealed class WrongOutput() : ClassesOnly(5);

public sealed class WrongType(int classes) : ClassesOnly(classes)
{
    public override Tensor forward(Tensor input)
    {
        using Tensor output = base.forward(input);
        return output.to(float64);
    }
}
