using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.UserModels;

#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>
/// An embedding and an output layer with one weight: class c is also word c. The words are an image's brightest places.
/// </summary>
public abstract class TiedWords : nn.Module<Tensor, Tensor>
{
    protected TiedWords(string name)
        : base(name)
    {
    }

    protected static Tensor Words(Tensor input, int classes) =>
        (input.flatten(1).narrow(1, 0, 8).sigmoid() * classes).floor().clamp(0, classes - 1).to_type(ScalarType.Int64);
}

/// <summary>The output layer takes the embedding's weight.</summary>
public sealed class HeadTakesWords : TiedWords
{
    private readonly TorchSharp.Modules.Embedding tok;
    private readonly TorchSharp.Modules.Linear head;
    private readonly int classes;

    public HeadTakesWords(int classes)
        : base(nameof(HeadTakesWords))
    {
        this.classes = classes;
        tok = nn.Embedding(classes, 5);
        head = nn.Linear(5, classes, hasBias: false);
        head.weight = tok.weight!;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => head.call(tok.call(Words(input, classes)).mean([1L]).tanh());
}

/// <summary>The embedding takes the output layer's weight.</summary>
public sealed class WordsTakeHead : TiedWords
{
    private readonly TorchSharp.Modules.Linear head;
    private readonly TorchSharp.Modules.Embedding tok;
    private readonly int classes;

    public WordsTakeHead(int classes)
        : base(nameof(WordsTakeHead))
    {
        this.classes = classes;
        tok = nn.Embedding(classes, 5);
        head = nn.Linear(5, classes, hasBias: false);
        tok.weight = head.weight;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => head.call(tok.call(Words(input, classes)).mean([1L]).tanh());
}

/// <summary>There is no output layer: the embedding's weight is used by a function, which passes no hook.</summary>
public sealed class WordsAsOutput : TiedWords
{
    private readonly TorchSharp.Modules.Embedding tok;
    private readonly int classes;

    public WordsAsOutput(int classes)
        : base(nameof(WordsAsOutput))
    {
        this.classes = classes;
        tok = nn.Embedding(classes, 5);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var weight = tok.weight!;
        return nn.functional.linear(tok.call(Words(input, classes)).mean([1L]).tanh(), weight);
    }
}
