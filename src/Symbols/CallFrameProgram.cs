namespace ProcImage.Symbols;

/// <summary>
/// Runs the instructions of a function's call frame up to one address; keeps of them what the frame is counted from, and
/// where the frame pointer is.
/// </summary>
internal ref struct CallFrameProgram
{
    private const ulong Rbp = 6, Rsp = 7, Return = 16; // as DWARF numbers them
    private const int MostSaved = 64;

    private readonly CallFrameHead _head;
    private readonly ulong _until;
    private readonly Stack<(ulong Register, long Offset, bool IsKnown, FrameRule Frame)> _saved;
    private ulong _register;
    private long _offset;
    private bool _isKnown;
    private bool _isFirst; // there is no return address
    private FrameRule _frame;
    private FrameRule _frameAtFirst; // by the common part
    private ulong _at;

    private CallFrameProgram(in CallFrameHead head, ulong until)
    {
        _head = head;
        _until = until;
        _saved = new Stack<(ulong, long, bool, FrameRule)>();
    }

    /// <param name="head">Of the common part.</param>
    /// <param name="common">Its bytes, which begin with <paramref name="head"/>.</param>
    /// <param name="own">The function's instructions.</param>
    /// <param name="until">Bytes from its start.</param>
    public static CallerStep Run(
        in CallFrameHead head, ReadOnlySpan<byte> common, ReadOnlySpan<byte> own, ulong until)
    {
        var program = new CallFrameProgram(head, until);
        program.Run(common[head.Program..]);
        program._at = 0;
        program._frameAtFirst = program._frame;
        program.Run(own);
        return program switch
        {
            { _isFirst: true } => CallerStep.Nobody,
            { _isKnown: false } => CallerStep.Unknown,
            { _register: Rbp } => CallerStep.FramePointer,
            { _register: Rsp, _offset: >= 8 } when program._offset % 8 == 0 =>
                new CallerStep(CallerKind.StackPointer, (ulong)program._offset - 8, program.ToFrame()),
            _ => CallerStep.Unknown,
        };
    }

    private void Run(ReadOnlySpan<byte> instructions)
    {
        var reader = new CallFrameReader(instructions);
        while (!reader.IsAtEnd && Step(ref reader))
        {
        }
    }

    /// <returns>Whether there is more to do before that address.</returns>
    private bool Step(ref CallFrameReader reader)
    {
        var code = reader.Byte();
        switch (code >> 6)
        {
            case 1: // advance_loc
                return Advance((ulong)code & 0x3f);
            case 2: // offset
                return Save((ulong)code & 0x3f, unchecked((long)reader.Unsigned() * _head.DataUnit));
            case 3: // restore
                return Restore((ulong)code & 0x3f);
            default:
                break;
        }

        switch (code)
        {
            case 0x00: // nop
                return true;
            case 0x02: // advance_loc1
                return Advance(reader.Byte());
            case 0x03: // advance_loc2
                return Advance(reader.UInt16());
            case 0x04: // advance_loc4
                return Advance(reader.UInt32());
            case 0x05: // offset_extended
                return Save(reader.Unsigned(), unchecked((long)reader.Unsigned() * _head.DataUnit));
            case 0x09 or 0x14 or 0x2f: // register, val_offset, GNU_negative_offset_extended
                Lose(reader.Unsigned());
                reader.Unsigned();
                return true;
            case 0x06: // restore_extended
                return Restore(reader.Unsigned());
            case 0x07: // undefined
                var register = reader.Unsigned();
                _isFirst |= register == Return;
                Lose(register);
                return true;
            case 0x08: // same_value
                if (reader.Unsigned() == Rbp)
                    _frame = default;
                return true;
            case 0x2e: // GNU_args_size
                reader.Unsigned();
                return true;
            case 0x0a: // remember_state
                if (_saved.Count == MostSaved)
                    throw new InvalidDataException("a call frame remembers too much");
                _saved.Push((_register, _offset, _isKnown, _frame));
                return true;
            case 0x0b: // restore_state
                if (!_saved.TryPop(out var saved))
                    throw new InvalidDataException("a call frame remembers nothing");
                (_register, _offset, _isKnown, _frame) = saved;
                return true;
            case 0x0c: // def_cfa
                return Define(reader.Unsigned(), (long)reader.Unsigned());
            case 0x0d: // def_cfa_register
                return Define(reader.Unsigned(), _offset);
            case 0x0e: // def_cfa_offset
                return Define(_register, (long)reader.Unsigned());
            case 0x0f: // def_cfa_expression
                reader.Take(reader.Unsigned());
                _isKnown = false;
                return true;
            case 0x10 or 0x16: // expression, val_expression
                Lose(reader.Unsigned());
                reader.Take(reader.Unsigned());
                return true;
            case 0x11: // offset_extended_sf
                return Save(reader.Unsigned(), unchecked(reader.Signed() * _head.DataUnit));
            case 0x15: // val_offset_sf
                Lose(reader.Unsigned());
                reader.Signed();
                return true;
            case 0x12: // def_cfa_sf
                return Define(reader.Unsigned(), unchecked(reader.Signed() * _head.DataUnit));
            case 0x13: // def_cfa_offset_sf
                return Define(_register, unchecked(reader.Signed() * _head.DataUnit));
            default:
                throw new InvalidDataException($"a call frame has the instruction 0x{code:x}");
        }
    }

    private bool Define(ulong register, long offset)
    {
        (_register, _offset, _isKnown) = (register, offset, true);
        return true;
    }

    private bool Save(ulong register, long offset)
    {
        if (register == Rbp)
            _frame = new FrameRule(FramePlace.Stack, offset);
        return true;
    }

    private bool Restore(ulong register)
    {
        if (register == Rbp)
            _frame = _frameAtFirst;
        return true;
    }

    private void Lose(ulong register)
    {
        if (register == Rbp)
            _frame = new FrameRule(FramePlace.Elsewhere, 0);
    }

    private readonly ulong? ToFrame() => _frame switch
    {
        { Place: FramePlace.Register } => null,
        { Place: FramePlace.Stack } when _offset + _frame.Offset is >= 0 and var at && at % 8 == 0 => (ulong)at,
        _ => CallerStep.Elsewhere,
    };

    private bool Advance(ulong by)
    {
        _at = unchecked(_at + by * _head.CodeUnit);
        return _at <= _until;
    }

    private enum FramePlace
    {
        Register,
        Stack,
        Elsewhere,
    }

    /// <summary>Where the frame pointer of the caller is.</summary>
    /// <param name="Place">In what.</param>
    /// <param name="Offset">From the frame, in bytes: on the stack.</param>
    private readonly record struct FrameRule(FramePlace Place, long Offset);
}
