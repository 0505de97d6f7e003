using Tessar.Models;
using Tessar.Tests.Inputs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Tests.Models;

public sealed class UnregisteredStateTests
{
    [Fact]
    public void Everything_that_fields_reach_is_named_and_what_is_registered_is_not()
    {
        using var model = new Hoarder();
        UnregisteredState found = UnregisteredState.Of(model);
        string[] expected =
        [
            "array[0].weight", "byName[key].bias", "byName[key].weight", "holder.Layer.weight", "list[0].bias", "list[0].weight",
            "nested.hidden[0].weight", "pair[1]",
        ];
        // RegisterComponents takes plain tensors of fields for buffers, so the table is registered.
        Assert.Equal(expected, found.Names!.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("pair[1]", found.Trainable);
        Assert.Contains("list[0].weight", found.Trainable);
        TessarException e = Assert.Throws<TessarException>(() => found.ThrowIfTrainable("my.dll#Hoarder"));
        Assert.Contains("list[0].weight", e.Message, StringComparison.Ordinal);
        Assert.Contains("ModuleList", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Zoo_and_registered_modules_hold_nothing_outside()
    {
        foreach (string name in ModelSource.ZooNames)
        {
            using nn.Module<Tensor, Tensor> model = ModelSource.Parse(name).Create(Images.Of(28, 28, 1), 10);
            Assert.Null(UnregisteredState.Of(model).Names);
        }

        using nn.Module<Tensor, Tensor> stack = nn.Sequential(
            ("a", nn.Linear(3, 3)), ("b", nn.BatchNorm1d(3)), ("c", nn.Embedding(3, 3)));
        Assert.Null(UnregisteredState.Of(stack).Names);
        Assert.Null(UnregisteredState.RemarkOn(UnregisteredState.Of(stack).Names));
    }

    [Fact]
    public void Walk_over_objects_that_hold_each_other_ends()
    {
        using var model = new Circle();
        Assert.Equal(["self.Tensor"], UnregisteredState.Of(model).Names);
    }

    private sealed class Hoarder : nn.Module<Tensor, Tensor>
    {
        private readonly Linear kept = nn.Linear(2, 2);
        private readonly List<Linear> list = [nn.Linear(2, 2)];
        private readonly Linear[] array = [nn.Linear(2, 2, hasBias: false)];
        private readonly Dictionary<string, nn.Module> byName = new(StringComparer.Ordinal) { ["key"] = nn.Linear(2, 2) };
        private readonly Holder holder = new(nn.Linear(2, 2, hasBias: false));
        private readonly (int, Tensor) pair = (1, ones(3));
        private readonly Nested nested = new();
        private readonly float[] numbers = [1, 2, 3];
        private readonly Func<Tensor, Tensor> function = x => x;
        private readonly string text = "text";

        public Hoarder()
            : base(nameof(Hoarder))
        {
            Again = kept;
            RegisterComponents();
        }

        public Linear Again { get; }

        public Tensor Table { get; } = randn(4);

        public override Tensor forward(Tensor input) =>
            function(kept.call(list[0].call(input)) + array[0].call(holder.Layer.call(input)) + numbers[0] + text.Length
                + pair.Item1 + nested.call(input) + byName.Count);
    }

    private sealed record Holder(Linear Layer);

    private sealed class Nested : nn.Module<Tensor, Tensor>
    {
        private readonly IReadOnlyList<Linear> hidden = [nn.Linear(2, 2, hasBias: false)];

        public Nested()
            : base(nameof(Nested)) => RegisterComponents();

        public override Tensor forward(Tensor input) => hidden[0].call(input);
    }

    private sealed class Circle : nn.Module<Tensor, Tensor>
    {
        private readonly Knot self = new();

        public Circle()
            : base(nameof(Circle)) => self.Owner = this;

        public override Tensor forward(Tensor input) => input + self.Tensor;
    }

    private sealed class Knot
    {
        public Tensor Tensor = ones(1);

        public object? Owner { get; set; }
    }
}
