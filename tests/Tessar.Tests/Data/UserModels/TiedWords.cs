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
    private readonly TorchSharp.Modules.Embedding _tok;
    private readonly TorchSharp.Modules.Linear _head;
    private readonly int _classes;

    public HeadTakesWords(int classes)
        : base(nameof(HeadTakesWords))
    {
        _classes = classes;
        _tok = nn.Embedding(classes, 5);
        _head = nn.Linear(5, classes, hasBias: false);
        _head.weight = _tok.weight!;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _head.call(_tok.call(Words(input, _classes)).mean([1L]).tanh());
}

/// <summary>The embedding takes the output layer's weight.</summary>
public sealed class WordsTakeHead : TiedWords
{
    private readonly TorchSharp.Modules.Linear _head;
    private readonly TorchSharp.Modules.Embedding _tok;
    private readonly int _classes;

    public WordsTakeHead(int classes)
        : base(nameof(WordsTakeHead))
    {
        _classes = classes;
        _tok = nn.Embedding(classes, 5);
        _head = nn.Linear(5, classes, hasBias: false);
        _tok.weight = _head.weight;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _head.call(_tok.call(Words(input, _classes)).mean([1L]).tanh());
}

/// <summary>There is no output layer: the embedding's weight is used by a function, which passes no hook.</summary>
public sealed class WordsAsOutput : TiedWords
{
    private readonly TorchSharp.Modules.Embedding _tok;
    private readonly int _classes;

    public WordsAsOutput(int classes)
        : base(nameof(WordsAsOutput))
    {
        _classes = classes;
        _tok = nn.Embedding(classes, 5);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var weight = _tok.weight!;
        return nn.functional.linear(_tok.call(Words(input, _classes)).mean([1L]).tanh(), weight);
    }
}
