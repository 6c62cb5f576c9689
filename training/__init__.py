"""How the bundled students are made: label photos with a teacher, train, measure, export.

Nothing here is part of a running function. torch (the ``train`` group) is needed by
``train`` and ``student`` only; labelling and measuring run on ONNX Runtime.
"""
